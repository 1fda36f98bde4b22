import Testing

@testable import DeviceMeasurement

@Suite("what a benchmarking command prints")
struct LatencyOutputTests {
  @Test(
    "is read in milliseconds, whatever stands around it",
    arguments: [
      ("3.5", [3.5]), ("3.5\n", [3.5]), ("  3.5 ms \n\n", [3.5]), ("350us", [0.35]),
      ("350 µs", [0.35]), ("350 μs", [0.35]), ("0.25 s", [250]), ("2e-3 s.", [2]),
      ("500000 ns", [0.5]), ("took 0.5 seconds.", [500]), ("Latency: 3.5 MS", [3.5]),
      ("loading 3 layers\nmedian of 50 runs: 3.25 ms", [3.25]), ("latency=3.5", [3.5]),
      ("p50 3.5 ms (p95 4.5 ms)", [4.5]), ("model v1.2.3\r\n4.25\r\n", [4.25]),
    ] as [(String, [Double])])
  func latency(text: String, expected: [Double]) throws {
    let found = try LatencyOutput.milliseconds(text)
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12 * b, "\(text): \(found)") }
  }

  @Test(
    "is a list of samples where there are only numbers",
    arguments: [
      ("3.1 3.2 3.3", [3.1, 3.2, 3.3]), ("[3.5, 3.25]", [3.5, 3.25]), ("3500 2500 us", [3.5, 2.5]),
      ("3.1\n3.2\n\n3.3\n", [3.1, 3.2, 3.3]), ("1 of 2\n4 ms\n5 ms", [4, 5]),
      ("3 ms 4000 us; 5", [3, 4, 5]),
    ] as [(String, [Double])])
  func samples(text: String, expected: [Double]) throws {
    #expect(try LatencyOutput.milliseconds(text) == expected)
  }

  @Test(
    "without a latency is refused, and quoted",
    arguments: [
      ("", ""), ("\n \n", ""), ("done", "done"), ("3.5\nfinished", "finished"), ("nan", "nan"),
      ("-3.5", "-3.5"), ("0", "0"), ("inf ms", "inf ms"), ("3.5 0 2", "3.5 0 2"),
      ("-1\n3.5", "-1"), ("1.2.3", "1.2.3"), ("1e999", "1e999"),
    ])
  func unreadable(text: String, found: String) {
    let error = #expect(throws: LatencyOutput.Unreadable.self) {
      try LatencyOutput.milliseconds(text)
    }
    #expect(error?.found == found)
    let long = #expect(throws: LatencyOutput.Unreadable.self) {
      try LatencyOutput.milliseconds(String(repeating: "x", count: 5000))
    }
    #expect((long?.found.count ?? 0) < 150)
  }
}
