import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("autodistill bench", Program.isBuilt, .serialized)
struct BenchCommandTests {
  /// Runs `autodistill bench` and reads the JSON objects that it prints, one a line.
  private func measure(_ arguments: String...) throws -> [[String: Any]] {
    let ended = try Program.Running(["bench"] + arguments).end()
    #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
    return try ended.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func number(_ object: [String: Any], _ key: String) throws -> Double {
    try #require(object[key] as? Double, "\(key)")
  }

  @Test(
    "training gives figures that agree with each other",
    arguments: Thoroughness.pick([1, 2], usually: [2]))
  func training(threads: Int) throws {
    let printed = try measure(
      "training", "--network", "S", "--batch", "32", "--threads", "\(threads)", "--seconds", "1",
      "--json")
    let object = try #require(printed.first)
    #expect(printed.count == 1)
    #expect(object["network"] as? String == "S")
    #expect(object["measurement"] as? String == "training")
    #expect(try number(object, "macs") == 510_420)
    #expect(try number(object, "parameters") == 17_406)
    #expect(try number(object, "batch") == 32 && number(object, "threads") == Double(threads))
    #expect(try number(object, "steps") >= 30)
    let rate = try number(object, "images_per_second")
    let step = try number(object, "milliseconds_per_step")
    #expect(abs(rate * step / 32_000 - 1) < 1e-4)
    #expect(try number(object, "milliseconds_per_step_median") > 0)
    // 2·(3·510,420 − 21,168) operations an image.
    #expect(abs(try number(object, "gflops") / (rate * 3_020_184 / 1e9) - 1) < 1e-4)
    let share = try number(object, "gflops") / number(object, "peak_gflops")
    #expect(abs(try number(object, "share_of_peak") / share - 1) < 1e-4)
    #expect(try number(object, "bandwidth_gigabytes_per_second") > 0.1)
    let arena = try number(object, "arena_bytes")
    #expect(try arena > 0 && number(object, "peak_memory_bytes") > arena)
    // Of losses that compare places, and there are none.
    #expect(object["comparisons"] == nil)
  }

  @Test("training divides a step among the kinds of kernels")
  func kernels() throws {
    let object = try #require(
      try measure("training", "--network", "S", "--seconds", "1", "--json").first)
    let kernels = try #require(object["kernels"] as? [String: Double])
    #expect(
      Set(kernels.keys) == [
        "convolution", "pointwise", "depthwise", "norm", "activation", "pooling",
        "squeeze_excitation", "dense", "rearrangement", "loss", "optimizer", "batch", "waiting",
      ])
    // One thread's laps cover its whole step; they come from other steps than the mean, on a machine
    // that may be busy.
    let sum = kernels.values.reduce(0, +)
    let step = try number(object, "milliseconds_per_step")
    #expect(sum > step / 4 && sum < step * 4, "\(sum) of \(step) ms")
    #expect(try #require(kernels["batch"]) > 0 && #require(kernels["loss"]) > 0)
  }

  @Test("training measures losses from the command line or a file, and says what they compare")
  func losses() throws {
    let folder = try TemporaryFolder()
    let list = #"[{"kind": "hint", "student": "stages"}, {"kind": "dist", "weight": 0.5}]"#
    try folder.write(list, to: "losses.json")
    let fixed = ["training", "--network", "S", "--batch", "8", "--seconds", "1"]
    func run(_ arguments: [String]) throws -> String {
      let ended = try Program.Running(["bench"] + fixed + arguments).end()
      #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
      return ended.output
    }
    let json = try run(["--losses", folder.file("losses.json"), "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let stated = try #require(object?["comparisons"] as? [String])
    // One line a stage; a loss on logits has no place.
    #expect(stated.count > 1)
    for (index, line) in stated.enumerated() {
      #expect(line.hasPrefix("hint compares the student's stage\(index + 1) "), "\(line)")
      #expect(line.contains("with the teacher's stage"))
    }
    // The same list, as text.
    let rows = try run(["--losses", list]).split(separator: "\n")
    #expect(stated.allSatisfy { rows.contains("        " + $0) }, "\(rows)")
    #expect(rows.count { $0.contains("compares the student's") } == stated.count)
  }

  @Test("training refuses losses that it cannot read, with status 3, or compute, with status 2")
  func wrongLosses() throws {
    for (list, status, parts) in [
      (#"[{"kind": "guess"}]"#, Int32(3), ["--losses", "kind", "\"guess\"", "\"hint\""]),
      (#"[{"kind": "hint", "weight": -1}]"#, 3, ["--losses", "weight", "-1", "from 0"]),
      ("no-such-losses.json", 3, ["no-such-losses.json"]),
      (
        #"[{"kind": "hint", "student": "stage9"}]"#, 2,
        ["--losses: the loss \"hint\"", "stage9", "it has stage1", "for the network S"]
      ),
    ] {
      let ended = try Program.run(
        "bench", "training", "--network", "S", "--seconds", "1", "--json", "--losses", list)
      #expect(ended.status == status && ended.output.isEmpty, "\(list): \(ended.status)")
      for part in parts { #expect(ended.errors.contains(part), "\(part) in \(ended.errors)") }
    }
  }

  @Test("inference gives latencies in their order")
  func inference() throws {
    let printed = try measure("inference", "--network", "S", "--seconds", "1", "--json")
    let object = try #require(printed.first)
    #expect(printed.count == 1 && object["measurement"] as? String == "inference")
    let median = try number(object, "latency_us_median")
    let (least, p95) = try (
      number(object, "latency_us_minimum"), number(object, "latency_us_p95")
    )
    #expect(least > 0 && least <= median && median <= p95)
    #expect(abs(try number(object, "gflops") / (2 * 510_420 / median / 1000) - 1) < 1e-4)
    #expect(try number(object, "share_of_peak") > 0)
  }

  @Test("without an operand measures both, and without --json prints a row for each")
  func both() throws {
    let ended = try Program.run("bench", "--network", "S", "--batch", "8", "--seconds", "1")
    let lines = ended.output.split(separator: "\n")
    #expect(ended.status == 0 && lines.count == 5)
    #expect(lines.filter { $0.hasPrefix("S  ") }.count == 2)
    #expect(lines.contains { $0.hasPrefix("training ") && $0.contains("images/s") })
    #expect(lines.contains { $0.hasPrefix("inference ") && $0.contains("median µs") })
  }

  @Test("refuses what it cannot measure, with status 2")
  func badUsage() throws {
    for (arguments, part) in [
      (
        ["guess"],
        "expected no operands, got guess; see autodistill bench --help"
      ),
      (
        ["training", "inference"],
        "expected no operands, got inference; see autodistill bench training --help"
      ),
      (["flash"], "expected FOLDER, got nothing"),
      (["flash", "x", "--batch", "8"], "unknown option '--batch', expected one of --workers"),
      (["flash", "x", "--json"], "unknown option '--json', expected one of --workers"),
      (["training", "--table", "x"], "unknown option '--table', expected one of --network"),
      (["inference", "--batch", "8"], "unknown option '--batch', expected one of --network"),
      (["hardware"], "expected either a folder with tables of measured networks or --measurements"),
      (
        ["training", "--network", "Q"],
        "--network: got 'Q', expected S, M, L, T, V, R, D or W"
      ),
      (["accuracy", "--network", "V"], "--network: got 'V', expected S, M, L or T"),
      (["training", "--batch", "1"], "--batch: got '1', expected a whole number from 2"),
      (["--seconds", "0"], "--seconds: got '0', expected a whole number from 1"),
    ] {
      let ended = try Program.Running(["bench"] + arguments).end()
      #expect(ended.status == 2 && ended.output.isEmpty)
      #expect(ended.errors.contains(part), "\(ended.errors)")
    }
  }
}
