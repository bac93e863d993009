# The commands a developer types, by name. CI runs .ci/run, which needs no make.
.PHONY: build test race bench bench-long lint kafka-start kafka-stop e2e-kafka demo faults throughput peers ci generate deploy release ops

# One static binary: the Kafka clients, Badger and the charts need no C.
build:
	CGO_ENABLED=0 go build -trimpath -o labwatch ./cmd/labwatch

test:
	go test ./...

# Shuffled, so that no test leans on the one before it.
race:
	go test -race -shuffle=on ./...

bench:
	go test -run xxx -bench . -benchmem -timeout 60m ./...

# The 10,000,000th record of a device beside the 100,000th of another, with 1, 6 and 20 channels: ten minutes of warming up.
bench-long:
	LABWATCH_LONG=1 go test -run xxx -bench '^BenchmarkJudgeOld$$' -benchtime 30x -timeout 120m ./cmd/labwatch

# Built from source at this very version; the first time takes some minutes, later ones seconds.
lint:
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

kafka-start:
	deploy/kafka/kafka start

kafka-stop:
	deploy/kafka/kafka stop

# The end-to-end tests against a real Kafka, which is left running: stop it with kafka-stop.
e2e-kafka:
	LABWATCH_KAFKA=$$(deploy/kafka/kafka start | tail -n 1) go test -count=1 -v -run E2E ./cmd/labwatch

demo:
	go run ./cmd/labwatch demo --for 20s --out demo-out

# Faults under load, then an independent check; its last line is the result. A real Kafka is started for it: kafka has one
# node, kafka3 three. With ARGS="--alone gone" one fault at a time, and how long there was no output.
# With ARGS=--rolling no fault but a rolling restart, and what it costs.
SEED ?= 1
FOR ?= 1m
BROKER ?= embedded
WAY ?= sequenced
INSTANCES ?= 2
RATE ?= 2000
faults:
	go run ./cmd/faults --seed $(SEED) --for $(FOR) --broker $(BROKER) --way $(WAY) --instances $(INSTANCES) --rate $(RATE) $(ARGS)

# Ten faults of a bad day, watched by a real Prometheus with our rules; its last line is the result. Needs root on Linux
# for a small disk, java, and Prometheus (Debian: apt-get install prometheus).
ops:
	go run ./cmd/ops

# Records a second, CPU a record, memory and latency beside a bare Kafka loop; more in cmd/throughput/main.go.
throughput:
	go run ./cmd/throughput $(ARGS)

# Python's detectors on the same stream in the same run; with ARGS="tables/*.csv.gz" also their AUC.
peers:
	cmd/peers/run $(ARGS)

ci:
	CI=true bash .ci/run </dev/null

# What is made from the code and config.yaml. A test says when it must be run.
generate:
	cp config.yaml config/documented.yaml
	go run ./cmd/labwatch config schema >deploy/schemas/config.schema.json
	go run ./cmd/labwatch config reference >docs/config.md

# What is deployed, with the real tools: prometheus and victoria-metrics of Debian, helm; those that are missing are skipped.
deploy:
	LABWATCH_TEST_PROMETHEUS=$$(command -v prometheus) LABWATCH_TEST_VICTORIA=$$(command -v victoria-metrics) go test -count=1 -v ./deploy

# Archives, packages and what an image is built from, below dist.
release:
	deploy/release dist
