import NeuralNetworks

/// `autodistill bench`
struct BenchVerb: Verb {
  static let name = "bench"
  static let summary = "speed of training and inference on this machine"
  static let operands = ["[training|inference]"]
  static let options = ["--network", "--batch", "--threads", "--seconds"]
  static let flags = ["--json", "--await-start"]
  static let help = """
    USAGE: autodistill bench [training|inference] [--network S|M|L|T] [--batch B] [--threads T]
                             [--seconds N] [--json]

    Trains and runs reference networks (S 0.5, M 5.6, L 24 and T 37 million MACs, 28×28×1 images) on
    made-up images. A training step is an augmented batch, forward, distillation and cross-entropy
    loss, backward and SGD with momentum; inference is one image, one thread. GFLOP/s count two
    operations a multiply–add, and for a training step three passes, the first layer's two. The peak
    is the fastest matrix product measured on as many threads.

    --network NAME    only this one (default: all)
    --batch B         images a training step (default: 64)
    --threads T       threads of a training step (default: 1)
    --seconds N       how long to measure each, at least (default: 2; never under 30 steps)
    --json            one JSON object a line, for each network and measurement
    --await-start     once warm, write the line "ready" to standard error and train on from the
                      moment a line comes in: to measure several processes at once
    """

  private let kinds: [Kind]
  private let networks: [ReferenceNetwork]
  private let training: TrainingBenchmark
  private let seconds: Int
  private let asJSON: Bool

  /// What is measured.
  private enum Kind: String, CaseIterable {
    case training
    case inference
  }

  init(_ arguments: Arguments) throws {
    if let operand = arguments.operands.first {
      guard let kind = Kind(rawValue: operand) else {
        throw UsageError("bench: got '\(operand)', expected training or inference", BenchVerb.self)
      }
      kinds = [kind]
    } else {
      kinds = Kind.allCases
    }
    if let name = arguments.value("--network") {
      guard let network = ReferenceNetwork(rawValue: name) else {
        throw UsageError("--network: got '\(name)', expected S, M, L or T")
      }
      networks = [network]
    } else {
      networks = ReferenceNetwork.allCases
    }
    seconds = try arguments.integer("--seconds", in: 1...3600) ?? 2
    training = TrainingBenchmark(
      batch: try arguments.integer("--batch", in: 2...4096) ?? 64,
      threads: try arguments.integer("--threads", in: 1...256) ?? 1, seconds: Double(seconds),
      awaitsStart: arguments.has("--await-start"))
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    var peaks = MachinePeaks()
    for kind in kinds {
      if !asJSON {
        Terminal.print(
          kind == .training ? TrainingMeasurement.heading : InferenceMeasurement.heading)
      }
      for reference in networks {
        switch kind {
        case .training:
          let measured = try training.measure(reference)
          let peak = peaks.of(threads: training.threads)
          Terminal.print(asJSON ? measured.json(peak) : measured.lines(peak))
        case .inference:
          let measured = try InferenceBenchmark(seconds: Double(seconds)).measure(reference)
          let peak = peaks.of(threads: 1)
          Terminal.print(asJSON ? measured.json(peak) : measured.line(peak))
        }
      }
    }
    return .success
  }
}
