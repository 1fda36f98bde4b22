import Testing

@testable import DeviceMeasurement

@Suite("what a program prints that is not known")
struct PlainOutputTests {
  private func read(_ text: String, unit: LatencyUnit? = nil) throws -> [Double] {
    try LatencyReading(unit: unit).milliseconds(in: text)
  }

  private func expect(_ text: String, _ expected: [Double]) throws {
    let found = try read(text)
    #expect(found.count == expected.count, "\(text): \(found)")
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12 * b, "\(text): \(found)") }
  }

  @Test(
    "is read in milliseconds by the names and units of its last line",
    arguments: [
      ("3.5", 3.5), ("  3.5 ms \n\n", 3.5), ("350us", 0.35), ("350 µs", 0.35), ("350 μs", 0.35),
      ("0.25 s", 250), ("2e-3 s.", 2), ("500000 ns", 0.5), ("took 0.5 seconds.", 500),
      ("Latency: 3.5 MS", 3.5), ("loading 3 layers\nmedian of 50 runs: 3.25 ms", 3.25),
      ("latency=3.5", 3.5), ("p50 3.5 ms (p95 4.5 ms)", 3.5), ("model v1.2.3\r\n4.25\r\n", 4.25),
      ("median: 3,21 ms", 3.21), ("latency 1,234.5 us", 1.2345), ("latency 1.234,5 us", 1.2345),
      ("latency 1\u{A0}234.5 us", 1.2345), ("latency 1'234.5 us", 1.2345),
      ("[12:31:05] latency: 3.2 ms", 3.2), ("2026-11-29T12:31:05 latency 3.2 ms", 3.2),
      ("Main run finished. Milliseconds per iter: 3.21. Iters per second: 311.5", 3.21),
      ("mobilenet  min =    3.10  max =    9.90  avg =    3.31", 3.31),
      ("[-] m.mnn   max = 9.900 ms min = 3.1 ms avg = 3.31 ms", 3.31),
      (
        "Execution time summary:\n mean (ms)   median (ms)    max (ms)     min (ms)     std (ms)  \n   3.3100       3.3000      9.9000       3.1000       0.1000",
        3.3
      ),
      ("InferenceX took 3210 ticks (3 ms)", 3), ("Inference took: 3210us", 3.21),
      ("duration : 3.210 ms (average)", 3.21),
      ("3.2 ms ± 100 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)", 3.2),
      ("3.5 ± 0.1 ms", 3.5), ("3.5±0.1 ms", 3.5), ("mean 3.2 ms, median 3.1 ms", 3.1),
      ("preprocess 0.5 ms, inference 3.2 ms, postprocess 0.1 ms", 3.2),
      ("3.2 ms mean, 9 ms max", 3.2), ("3.2 ms (mean), 9 ms (max)", 3.2),
      ("min: 3.1 ms\nmean: 3.3 ms\nmax: 9.9 ms", 3.3), ("3.2 ms/inference", 3.2),
      ("latency_us=3210 p99_us=9900", 3.21), ("avgLatencyUs: 3210", 3.21),
      ("name,avg_us,min_us\nm,3210,3100", 3.21), ("avg_us,min_us\n3210,3100", 3.21),
      ("Latency in us:\n  median: 3210\n  max: 9900", 3.21),
      ("\u{1B}[32mmedian 3.2 ms\u{1B}[0m", 3.2), ("50%: 3.2 ms  90%: 3.5 ms", 3.2),
      ("50th percentile: 3.2 ms, 99th percentile: 9 ms", 3.2),
      ("average: 3.2 ms (min 3.1, max 9.9, n = 100)", 3.2), ("Elapsed time: 0.0032 s", 3.2),
      ("Average time per inference over 100 runs: 3.2 ms", 3.2), ("cpu 45% latency 3.2 ms", 3.2),
      ("Latency  3.2ms | 311 fps | 12 MB", 3.2),
      ("Timings: load 12 ms, warmup 8 ms, run 3.2 ms", 3.2), ("Predicted class 3 in 3.2 ms", 3.2),
      ("I/benchmark(1234): latency 3.2 ms", 3.2), ("Total time: 320 ms, average: 3.2 ms", 3.2),
      ("Latency: 3.2 ms (host), 2.9 ms (device)", 3.2), ("latency: 3.2", 3.2),
      ("inference time = 3210 microseconds", 3.21), ("infer 3.2 millis", 3.2), ("t=3.2ms", 3.2),
      ("3.2ms", 3.2), ("latency_ns 3210000", 3.21),
      ("Inference time (ms): min=3.1, mean=3.3, max=9.9", 3.3),
      ("Time per inference: 3.2ms, Throughput: 312 inf/s, Memory: 12 MB", 3.2), ("3", 3),
      ("median latency 3.2 ms, p90 latency 4 ms, 1000 runs", 3.2), ("+3.5 ms", 3.5),
      ("~3.5 ms", 3.5), ("<= 3.5 ms", 3.5),
    ] as [(String, Double)])
  func latency(text: String, expected: Double) throws { try expect(text, [expected]) }

  @Test("has its unit in brackets behind its numbers, or behind the brackets that they are in")
  func brackets() throws {
    try expect("[3210, 3190] us", [3.21, 3.19])
    try expect("3210 3190 [us]", [3.21, 3.19])
    try expect("inference time: 3210 [us]", [3.21])
    try expect("time = 3210 (us)", [3.21])
    try expect("latency 3210 [us], max 9900 [us]", [3.21])
    try expect("layer [1] us: 3210", [3.21])
    // Whichever of them it is, it is no second.
    #expect((try? read("latencies [3210, 3190] us"))?.allSatisfy { $0 < 4 } ?? true)
  }

  @Test(
    "is a list of samples where there are only numbers, or lines of one shape",
    arguments: [
      ("3.1 3.2 3.3", [3.1, 3.2, 3.3]), ("[3.5, 3.25]", [3.5, 3.25]), ("3500 2500 us", [3.5, 2.5]),
      ("3.1\n3.2\n\n3.3\n", [3.1, 3.2, 3.3]), ("1 of 2\n4 ms\n5 ms", [4, 5]),
      ("3 ms 4000 us; 5", [3, 4, 5]), ("3.1,3.2,3.3", [3.1, 3.2, 3.3]), ("3,4,5", [3, 4, 5]),
      ("run 1: 3.2 ms\nrun 2: 3.3 ms\nrun 3: 3.4 ms", [3.2, 3.3, 3.4]),
      ("3.2 3.3 3.1 ms", [3.2, 3.3, 3.1]),
    ] as [(String, [Double])])
  func samples(text: String, expected: [Double]) throws { try expect(text, expected) }

  @Test(
    "is refused where it is no latency, a tail, a total, or may mean two things",
    arguments: [
      "done", "3.5\nfinished", "nan", "-3.5", "0", "inf ms", "3.5 0 2", "-1\n3.5", "1.2.3",
      "1e999", "3,21 ms", "latency 1,234 us", "latency 1 234.5 us", "sh: 1: ./bench: not found",
      "/system/bin/sh: ./bench[1]: not found", "open failed: ENOENT (errno 2)",
      "bench.c:12: error: no model", "Segmentation fault at 0x7f00", "finished at 12:31:05",
      "100 runs in 320 ms", "100 inferences took 320 ms",
      "Model executed successfully 50 time(s) in 165.5 ms.",
      "10 loops, best of 5: 3.2 msec per loop", "max 9.9 ms", "p99: 9.9 ms",
      "Throughput: 311.5 fps", "311.5 inferences/s", "FAILED after 3.2 s", "real 0m3.210s",
      "latency between 3.1 and 3.6 ms", "latency 3.1-3.6 ms", "90%: 3.5 ms", "peak memory 12.5 MB",
      "latency (us): 3.2 ms", "inference time for 100 runs: 320 ms", "step 10/50 loss 3.2",
      "2 min", "top-1: class 3 (0.93)", "100/100 [==============================] - 3s 3ms/step",
      "99th percentile latency: 9 ms", "percentile 99: 9 ms",
      "WARNING: latency could not be measured, 3 errors",
      "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=3.2 ms",
      "rtt min/avg/max/mdev = 3.1/3.3/9.9/0.1 ms", "ENOENT: 2", "Exit code 3",
    ])
  func refused(text: String) {
    #expect(throws: UnreadableOutput.self) { try read(text) }
  }

  @Test(
    "says why it is refused, and quotes the line",
    arguments: [
      ("", .nothingPrinted, ""), ("\n \n", .nothingPrinted, ""), ("done", .noLatency, "done"),
      ("3.5\nfinished", .noLatency, "finished"), ("3.5 0 2", .notAboveZero, "3.5 0 2"),
      ("-1\n3.5", .notAboveZero, "-1"), ("1e999", .notAboveZero, "1e999"),
      ("100 runs in 320 ms", .perhapsOfSeveral(count: "100 runs"), "100 runs in 320 ms"),
      ("3,21 ms", .ambiguousComma, "3,21 ms"),
      ("latency (us): 3 ms", .twoUnits, "latency (us): 3 ms"),
      ("host 3 ms, device 2 ms", .severalLatencies, "host 3 ms, device 2 ms"),
    ] as [(String, UnreadableOutput.Reason, String)])
  func reasons(text: String, reason: UnreadableOutput.Reason, found: String) {
    let error = #expect(throws: UnreadableOutput.self) { try read(text) }
    #expect(error?.reason == reason && error?.found == found)
    let long = #expect(throws: UnreadableOutput.self) {
      try read(String(repeating: "x", count: 5000))
    }
    #expect((long?.found.count ?? 0) < 150)
  }

  @Test("takes the unit that the user says for numbers without one")
  func unit() throws {
    #expect(try read("3500", unit: .microseconds) == [3.5])
    #expect(try read("median 3500 (max 9000)", unit: .microseconds) == [3.5])
    #expect(try read("median 3.5 ms", unit: .microseconds) == [3.5])
  }
}
