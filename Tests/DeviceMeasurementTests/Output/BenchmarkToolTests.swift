import Testing

@testable import DeviceMeasurement

@Suite("what known benchmarking programs print")
struct BenchmarkToolTests {
  private func read(_ text: String) throws -> [Double] {
    try LatencyReading.automatic.milliseconds(in: text)
  }

  @Test(
    "TensorFlow Lite's: the mean of the inferences in µs, the last statistics alone, any notation")
  func tflite() throws {
    let timings = """
      INFO: Inference timings in us: Init: 855, First inference: 4906, Warmup (avg): 3482.1, \
      Inference (avg): 3310.5
      """
    let statistics = """
      INFO: count=10 first=3912 curr=3301 min=3288 max=3912 avg=3910.4 std=55
      INFO: count=50 first=3912 curr=3301 min=3288 max=3912 avg=3320.5 std=55
      """
    let memory =
      "INFO: Memory footprint delta from the start of the tool (MB): init=1.5 overall=12.8672"
    #expect(try read(timings) == [3.3105])
    #expect(try read("INFO: STARTING!\n\(statistics)\n\n\(timings)\n\(memory)\n") == [3.3105])
    #expect(try read(statistics) == [3.3205])
    #expect(
      try read("count=50 first=4 curr=3 min=3 max=4 avg=3320.5 std=5 p5=1 median=3300 p95=9") == [
        3.3
      ])
    #expect(try read(timings.replacing("3310.5", with: "1.25e+06")) == [1250])
    #expect(
      try read("Average inference timings in us: Warmup: 85, Init: 10, no stats: 3310") == [3.31])
    #expect(throws: UnreadableOutput.self) { try read("\(timings)\n\(timings)") }
    #expect(throws: UnreadableOutput.self) { try read(timings.replacing("3310.5", with: "0")) }
  }

  @Test("ONNX Runtime's: the median in seconds, or the mean of older versions")
  func onnxRuntime() throws {
    let old = """
      Session creation time cost: 0.0227 s
      First inference time cost: 5 ms
      Total inference time cost: 0.325 s
      Total inference requests: 100
      Average inference time cost: 3.25 ms
      Total inference run time: 0.33 s
      Number of inferences per second: 307.2
      Avg CPU usage: 99 %
      Peak working set size: 33554432 bytes
      """
    #expect(try read(old) == [3.25])
    #expect(try read(old.replacing("cost: 3.25", with: "cost total: 3.5")) == [3.5])
    let tails =
      "Min Latency: 0.003 s\nP50 Latency: 0.00325 s\nP90 Latency: 0.009 s\nP999 Latency: 1 s"
    #expect(try read("\(old)\n\(tails)") == [3.25])
  }

  @Test("trtexec's: the median latency, in both layouts")
  func tensorRT() throws {
    let new = """
      [I] Throughput: 301.2 qps
      [I] Latency: min = 3.1 ms, max = 9.9 ms, mean = 3.31 ms, median = 3.25 ms, percentile(99%) = 8 ms
      [I] GPU Compute Time: min = 3.0 ms, max = 9.8 ms, mean = 3.21 ms, median = 3.2 ms
      [I] Total Host Walltime: 3.00 s
      &&&& PASSED TensorRT.trtexec # trtexec --iterations=1000 --avgRuns=10
      """
    #expect(try read(new) == [3.25])
    let old = """
      [I] Host Latency
      [I] min: 3.1 ms (end to end 4.1 ms)
      [I] mean: 3.31 ms (end to end 4.31 ms)
      [I] median: 3.25 ms (end to end 4.25 ms)
      [I] GPU Compute
      [I] median: 3.125 ms
      """
    #expect(try read(old) == [3.25])
  }

  @Test("OpenVINO's: the median, not the duration of all")
  func openVINO() throws {
    let new = """
      [ INFO ] Count:            18000 iterations
      [ INFO ] Duration:         60003.20 ms
      [ INFO ] Latency:
      [ INFO ]    Median:        3.25 ms
      [ INFO ]    Average:       3.33 ms
      [ INFO ]    Max:           9.90 ms
      [ INFO ] Throughput:   299.98 FPS
      """
    #expect(try read(new) == [3.25])
    #expect(try read("Count: 10 iterations\nLatency: 3.25 ms\nThroughput: 300 FPS") == [3.25])
    #expect(try read("Latency:\n  AVG:   3.25 ms\n  MAX: 9 ms\nThroughput: 300 FPS") == [3.25])
  }

  @Test("hyperfine's and Google Benchmark's: one command's time, in its unit")
  func commandLine() throws {
    let hyperfine = """
        Time (mean ± σ):       3.25 ms ±   0.1 ms    [User: 2.0 ms, System: 1.0 ms]
        Range (min … max):    3.1 ms …   3.6 ms    900 runs
      """
    #expect(try read(hyperfine) == [3.25])
    #expect(throws: UnreadableOutput.self) { try read("\(hyperfine)\n\(hyperfine)") }
    #expect(try read("  Time (abs ≡):        1.25 s               [User: 2 ms]") == [1250])
    let google = """
      -----------------------------------------------------
      Benchmark           Time             CPU   Iterations
      -----------------------------------------------------
      BM_model         3250 us         3200 us          218
      """
    #expect(try read(google) == [3.25])
    #expect(
      try read(google + "\nBM_model         3500 us         3200 us          218") == [3.25, 3.5])
    #expect(
      try read(google + "\nBM_model_mean 4 ms 4 ms 3\nBM_model_median 3 ms 3 ms 3") == [3])
    #expect(throws: UnreadableOutput.self) {
      try read(google + "\nBM_other         3500 us         3200 us          218")
    }
  }
}
