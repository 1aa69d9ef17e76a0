module sandbox-example

go 1.21
