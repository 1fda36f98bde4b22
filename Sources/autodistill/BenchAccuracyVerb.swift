import Benchmarks

/// `autodistill bench accuracy`
struct BenchAccuracyVerb: Verb {
  static let name = "bench accuracy"
  static let summary = "how accurate the reference networks become on Fashion-MNIST"
  static let operands: [String] = []
  static let options = ["--network", "--epochs", "--seeds", "--batch", "--threads"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill bench accuracy [--network S|M|L|T] [--epochs N] [--seeds N] [--batch B]
                                      [--threads T] [--json]

    Trains on 55,000 images of Fashion-MNIST, labels alone, no augmentation, and classifies the test
    images: to see that speed costs no accuracy.

    --network NAME    only this one: S, M, L or T (default: all four)
    --epochs N        passes over the images (default: 3)
    --seeds N         how many trainings, each with another seed (default: 3)
    --batch B         images a training step (default: 64)
    --threads T       threads of a training step (default: 1)
    --json            one JSON object a line, for each network
    """

  private let networks: [ReferenceNetwork]
  private let benchmark: AccuracyBenchmark
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    networks = try arguments.referenceNetworks(of: ReferenceNetwork.forFashionMNIST)
    benchmark = AccuracyBenchmark(
      epochs: try arguments.integer("--epochs", in: 1...1000) ?? 3,
      seeds: try arguments.integer("--seeds", in: 1...1000) ?? 3,
      batch: try arguments.integer("--batch", in: 2...4096) ?? 64,
      threads: try arguments.integer("--threads", in: 1...256) ?? 1)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    if !asJSON { Terminal.print(AccuracyMeasurement.heading) }
    for reference in networks {
      let measured = try benchmark.measure(reference)
      Terminal.print(asJSON ? measured.json() : measured.line())
    }
    return .success
  }
}
