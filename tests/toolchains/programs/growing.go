package main

import "unsafe"

var kept [][]byte

// take returns the address of n new bytes.
//
//go:wasmexport take
func take(n int32) int32 {
	bytes := filled(n)
	return int32(uintptr(unsafe.Pointer(&bytes[0])))
}

//go:noinline
func filled(n int32) []byte {
	bytes := make([]byte, n) // THE LINE
	bytes[n-1] = 1
	kept = append(kept, bytes)
	return bytes
}

func main() { wait() }
