/// A benchmarking program whose output is known: where its latency stands, and in which unit.
struct BenchmarkTool: Sendable {
  let name: String
  /// Returns the latencies in milliseconds, or nil for the output of something else.
  let read: @Sendable ([Substring]) throws(UnreadableOutput) -> [Double]?

  static let all = [
    tfliteBenchmark, onnxRuntimePerfTest, tensorRT, openVINO, hyperfine, googleBenchmark,
  ]

  /// TensorFlow Lite's `benchmark_model`: the mean of its inferences, in µs; of its statistics alone those of the last
  /// run, the warm-up being the first, and of these the median, where a version prints it.
  private static let tfliteBenchmark = BenchmarkTool(name: "benchmark_model") {
    lines throws(UnreadableOutput) in
    let timings = lines.filter { $0.contains("nference timings in us:") }
    if let line = timings.last {
      guard timings.count == 1 else { throw UnreadableOutput(.severalLatencies, line) }
      for name in ["Inference (avg):", ", Inference:", "no stats:"] {
        if let value = try number(after: name, in: line, .microseconds) { return [value] }
      }
      throw UnreadableOutput(.noLatency, line)
    }
    guard
      let line = lines.last(where: {
        $0.contains("count=") && $0.contains(" first=") && $0.contains(" curr=")
      })
    else { return nil }
    for name in [" median=", " avg="] {
      if let value = try number(after: name, in: line, .microseconds) { return [value] }
    }
    throw UnreadableOutput(.noLatency, line)
  }

  /// ONNX Runtime's `onnxruntime_perf_test`: the median, or in older versions the mean.
  private static let onnxRuntimePerfTest = BenchmarkTool(name: "onnxruntime_perf_test") {
    lines throws(UnreadableOutput) in
    guard lines.contains(where: { $0.contains("verage inference time cost") }) else { return nil }
    for name in [
      "P50 Latency:", "verage inference time cost total:", "verage inference time cost:",
    ] {
      let values = try numbers(after: name, in: lines)
      if !values.isEmpty { return [try only(values, lines.last { $0.contains(name) } ?? "")] }
    }
    return nil
  }

  /// NVIDIA's `trtexec`: the median latency, transfers included; older versions print one statistic a line.
  private static let tensorRT = BenchmarkTool(name: "trtexec") { lines throws(UnreadableOutput) in
    if let line = lines.last(where: { $0.contains("Latency: min") && $0.contains("median") }) {
      return try number(after: "median =", in: line, nil).map { [$0] }
    }
    guard let start = lines.lastIndex(where: { $0.contains("Host Latency") }) else { return nil }
    for line in lines[start...].dropFirst().prefix(8) {
      if let value = try number(after: "median:", in: line, nil) { return [value] }
    }
    return nil
  }

  /// OpenVINO's `benchmark_app`: the median latency.
  private static let openVINO = BenchmarkTool(name: "benchmark_app") {
    lines throws(UnreadableOutput) in
    guard lines.contains(where: { $0.contains("Throughput:") }),
      let start = lines.lastIndex(where: { $0.contains("Latency:") })
    else { return nil }
    if let value = try number(after: "Latency:", in: lines[start], nil) {
      // As the last line of other programs it may have more numbers, which have names.
      return lines[start].contains("hroughput") ? nil : [value]
    }
    for name in ["Median:", "Average:", "AVG:"] {
      for line in lines[start...].dropFirst().prefix(6) {
        if let value = try number(after: name, in: line, nil) { return [value] }
      }
    }
    return nil
  }

  /// `hyperfine`: the mean of the only command.
  private static let hyperfine = BenchmarkTool(name: "hyperfine") {
    lines throws(UnreadableOutput) in
    for name in ["Time (mean ± σ):", "Time (abs ≡):"] {
      let values = try numbers(after: name, in: lines)
      if !values.isEmpty { return [try only(values, lines.last { $0.contains(name) } ?? "")] }
    }
    return nil
  }

  /// Google Benchmark's table: the real time of the only benchmark; of repetitions the median, or all of them.
  private static let googleBenchmark = BenchmarkTool(name: "Google Benchmark") {
    lines throws(UnreadableOutput) in
    guard
      let start = lines.lastIndex(where: {
        $0.hasPrefix("Benchmark ") && $0.contains(" Time ") && $0.contains(" Iterations")
      })
    else { return nil }
    var rows: [(name: Substring, milliseconds: Double)] = []
    for line in lines[start...].dropFirst() {
      let cells = line.split(whereSeparator: \.isWhitespace)
      guard cells.count >= 6, let time = Double(cells[1]), let unit = LatencyUnit(printed: cells[2])
      else { continue }
      rows.append((cells[0], unit.milliseconds(time)))
    }
    for ending in ["_median", "_mean"] {
      let found = rows.filter { $0.name.hasSuffix(ending) }.map(\.milliseconds)
      if !found.isEmpty { return [try only(found, lines.last ?? "")] }
    }
    guard Set(rows.map(\.name)).count == 1, rows.allSatisfy({ $0.milliseconds > 0 }) else {
      throw UnreadableOutput(
        rows.isEmpty ? .noLatency : .severalLatencies, lines.last ?? "")
    }
    return rows.map(\.milliseconds)
  }
}

extension BenchmarkTool {
  private static func only(
    _ values: [Double], _ line: Substring
  ) throws(UnreadableOutput) -> Double {
    guard values.count == 1 else { throw UnreadableOutput(.severalLatencies, line) }
    return values[0]
  }

  private static func numbers(
    after name: String, in lines: [Substring]
  ) throws(UnreadableOutput) -> [Double] {
    var values: [Double] = []
    for line in lines {
      if let value = try number(after: name, in: line, nil) { values.append(value) }
    }
    return values
  }

  /// Returns the number right behind a name, in milliseconds; nil if the name is not there, or no number behind it.
  ///
  /// - Parameter unit: Of the number, where the tool does not print it.
  private static func number(
    after name: String, in line: Substring, _ unit: LatencyUnit?
  ) throws(UnreadableOutput) -> Double? {
    guard let place = line.ranges(of: name).last else { return nil }
    let rest = PrintedLine(line[place.upperBound...])
    guard let quantity = rest.quantities.first, quantity.label.isEmpty else { return nil }
    guard case .one(let value) = PrintedNumber(amongWords: quantity.digits) else {
      throw UnreadableOutput(.ambiguousComma, line)
    }
    guard let unit = quantity.unit ?? unit else { throw UnreadableOutput(.noUnit, line) }
    let milliseconds = unit.milliseconds(value)
    guard milliseconds > 0, milliseconds.isFinite else {
      throw UnreadableOutput(.notAboveZero, line)
    }
    return milliseconds
  }
}
