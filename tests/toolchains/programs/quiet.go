package main

import "unsafe"

var arena [2 << 20]byte

// take returns the address of n bytes in a global array, or 0 if it has not that many.
//
//go:wasmexport take
func take(n int32) int32 {
	if n < 1 || int(n) > len(arena) {
		return 0
	}
	arena[n-1] = 1
	return int32(uintptr(unsafe.Pointer(&arena)))
}

func main() { wait() }
