//go:build old

package main

import "github.com/cilium/ebpf"

// Before 0.22 variables have another shape, and before 0.17 there are none.
func variables(*ebpf.CollectionSpec) map[string]Variable {
	return map[string]Variable{}
}
