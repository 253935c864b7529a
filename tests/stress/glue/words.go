package main

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"strings"
	"syscall/js"
)

var words []string

func add(_ js.Value, arguments []js.Value) any {
	for _, word := range strings.Fields(arguments[0].String()) {
		words = append(words, word+strings.Repeat(".", 3000))
	}
	return len(words)
}

func digest(_ js.Value, arguments []js.Value) any {
	bytes := make([]byte, arguments[0].Get("length").Int())
	js.CopyBytesToGo(bytes, arguments[0])
	sum := sha256.Sum256(bytes)
	out := js.Global().Get("Uint8Array").New(len(sum))
	js.CopyBytesToJS(out, sum[:])
	return out
}

func each(_ js.Value, arguments []js.Value) any {
	sort.Strings(words)
	total := 0
	for i := 0; i < len(words); i += 50 {
		total += arguments[0].Invoke(words[i][:10]).Int()
	}
	return fmt.Sprintf("%d of %d", total, len(words))
}

func main() {
	guest := js.Global().Get("Object").New()
	guest.Set("add", js.FuncOf(add))
	guest.Set("digest", js.FuncOf(digest))
	guest.Set("each", js.FuncOf(each))
	js.Global().Call("ready", guest)
	select {}
}
