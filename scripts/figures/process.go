package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gotong/node"
	"gotong/node/api"
)

// build makes the program as it is released and returns its path.
func build(dir string) (string, error) {
	binary := filepath.Join(dir, "gotong")
	c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/gotong")
	c.Stderr = os.Stderr
	return binary, c.Run()
}

func size(context.Context) error {
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	fmt.Printf("program, stripped: %.1f MB\n", float64(info.Size())/1e6)
	return nil
}

// start: the program over 1,000 records, from its start until it answers, and
// the memory it takes when nothing happens.
func start(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(dir)
	if err != nil {
		return err
	}
	home := filepath.Join(dir, "home")
	if err := fill(ctx, home, 1000); err != nil {
		return err
	}
	begun := time.Now()
	c := exec.Command(binary, "run", "--dir", home, "--listen", "/ip4/127.0.0.1/tcp/0")
	if err := c.Start(); err != nil {
		return err
	}
	defer c.Wait()
	defer c.Process.Signal(os.Interrupt)
	if err := answers(ctx, home); err != nil {
		return err
	}
	fmt.Printf("start to ready with 1,000 records: %v\n", time.Since(begun).Round(time.Millisecond))
	time.Sleep(20 * time.Second)
	return resident(c.Process.Pid)
}

// fill writes records into a node's directory.
func fill(ctx context.Context, dir string, n int) error {
	home, err := node.New(ctx, node.Config{Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
	if err != nil {
		return err
	}
	defer home.Close()
	id, err := home.Create(ctx, "RT 03", "house 0")
	if err != nil {
		return err
	}
	h, _ := home.Neighbourhood(id)
	for i := range n {
		if _, err := ask(ctx, h, fmt.Sprint("request ", i)); err != nil {
			return err
		}
	}
	return nil
}

// answers waits until the node in dir answers on its control socket.
func answers(ctx context.Context, dir string) error {
	client, err := api.NewClient(dir)
	if err != nil {
		return err
	}
	for {
		if _, err := client.Status(ctx); err == nil {
			return nil
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// resident prints a process's memory.
func resident(pid int) error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "RssAnon") || strings.HasPrefix(line, "RssFile") {
			fmt.Println("idle with 1,000 records:", strings.Join(strings.Fields(line), " "))
		}
	}
	return nil
}
