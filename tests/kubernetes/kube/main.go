// Command kube is the part of Kubernetes that the tests need: a store and an API server, and no node.
//
//	kube etcd FLAGS...
//	kube kube-apiserver FLAGS...
//
// It ends when its standard input is closed, so that nothing outlives the tests, however they end.
package main

import (
	"fmt"
	"io"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	component := ""
	if len(os.Args) > 1 {
		component = os.Args[1]
		os.Args = os.Args[1:]
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	switch component {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		if app.NewAPIServerCommand().Execute() != nil {
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: kube etcd|kube-apiserver FLAGS...")
		os.Exit(2)
	}
}
