module bpfld.test/cilium-load

go 1.21.0

require github.com/cilium/ebpf v0.13.2

require (
	golang.org/x/exp v0.0.0-20230224173230-c95f2b4c22f2 // indirect
	golang.org/x/sys v0.15.0 // indirect
)
