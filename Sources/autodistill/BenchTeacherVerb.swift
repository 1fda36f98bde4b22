import Benchmarks
import Foundation

/// `autodistill bench teacher`
struct BenchTeacherVerb: Verb {
  static let name = "bench teacher"
  static let summary = "images per second of a classifier in an ONNX file"
  static let operands = ["MODEL.onnx"]
  static let options = ["--batch", "--seconds"] + ONNXClassifierOptions.options
  static let flags = ["--json", "--steps", "--await-turns"]
  static let help = """
    USAGE: autodistill bench teacher MODEL.onnx [--batch N] [--seconds N] [--steps] [--json]

    Classifies made-up images on one thread and prints images per second, the median of runs, and memory.

    --batch N         images a run (default: 32)
    --seconds N       how long to measure, at least (default: 2)
    --steps           also the time of every kernel
    --json            one JSON object a line
    --await-turns     measures anew for every line of standard input, so that a script can let others run
                      in turn
    \(ONNXClassifierOptions.help)
    """

  private let path: String
  private let batch: Int
  private let seconds: Double
  private let showsSteps, asJSON, awaitsTurns: Bool
  private let options: ONNXClassifierOptions

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    batch = try arguments.integer("--batch", in: 1...4096) ?? 32
    seconds = try arguments.number("--seconds", atLeast: 0.01) ?? 2
    showsSteps = arguments.has("--steps")
    asJSON = arguments.has("--json")
    awaitsTurns = arguments.has("--await-turns")
    options = try ONNXClassifierOptions(arguments)
  }

  func run() throws -> ExitStatus {
    let benchmark = ONNXBenchmark(try options.classifier(path), batch: batch)
    if awaitsTurns { Terminal.log("ready") }
    repeat {
      if awaitsTurns, readLine() == nil { break }
      let measured = benchmark.measure(seconds: seconds)
      if showsSteps {
        for step in benchmark.stepTimes() {
          Terminal.print(String(format: "%9.3f ms  ", 1000 * step.seconds) + step.title)
        }
      }
      Terminal.print(asJSON ? json(measured) : line(measured))
    } while awaitsTurns
    return .success
  }

  private func line(_ measured: ONNXMeasurement) -> String {
    String(
      format: "%.1f images/s (%.1f GFLOP/s), %.1f MiB of weights, %.1f MiB a thread",
      measured.imagesPerSecond, measured.gflops, Double(measured.weightBytes) / 1_048_576,
      Double(measured.arenaBytes) / 1_048_576)
  }

  private func json(_ measured: ONNXMeasurement) -> String {
    String(
      format: "{\"measurement\": \"teacher\", \"batch\": %d, \"threads\": 1, "
        + "\"images_per_second\": %.6g, \"macs\": %ld, \"weight_bytes\": %ld, \"arena_bytes\": %ld, "
        + "\"peak_memory_bytes\": %ld}", batch, measured.imagesPerSecond, measured.macs,
      measured.weightBytes, measured.arenaBytes, measured.peakMemoryBytes)
  }
}
