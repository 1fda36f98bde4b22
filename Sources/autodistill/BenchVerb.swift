import NeuralNetworks
import SearchSpaces

/// `autodistill bench`
struct BenchVerb: Verb {
  static let name = "bench"
  static let summary = "speed on this machine, accuracy, flash recipes, hardware profiles"
  static let operands = ["[training|inference|accuracy|proposals|flash|hardware]", "[FOLDER]"]
  static let options =
    speedOptions + ["--threads"] + BenchFlash.options
    + BenchHardware.options.filter { !(BenchFlash.options + speedOptions).contains($0) }
  static let flags = speedFlags + BenchFlash.flags

  private static let speedOptions = [
    "--network", "--batch", "--seconds", "--epochs", "--seeds", "--space",
  ]
  private static let speedFlags = ["--json", "--await-start"]
  static let help = """
    USAGE: autodistill bench [training|inference] [--network S|M|L|T] [--batch B] [--threads T]
                             [--seconds N] [--json]
           autodistill bench accuracy [--network S|M|L|T] [--epochs N] [--seeds N] [--batch B]
                             [--threads T] [--json]
           autodistill bench proposals [--space FILE] [--json]
           autodistill bench flash FOLDER [--workers N] [--threads N] [--data DIR] [--table FILE]
                             [--table-only]
           autodistill bench hardware FOLDER [--subsets N] [--sizes N,N…] [--table FILE]
           autodistill bench hardware --measurements FILE.csv --space FILE [--profile FILE] …

    Trains and runs reference networks (S 0.5, M 5.6, L 24 and T 37 million MACs, 28×28×1 images) on
    made-up images. A training step is an augmented batch, forward, distillation and cross-entropy
    loss, backward and SGD with momentum; inference is one image, one thread. GFLOP/s count two
    operations a multiply–add, and for a training step three passes, the first layer's two. The peak
    is the fastest matrix product measured on as many threads.

    Accuracy trains on 55,000 images of Fashion-MNIST, labels alone, no augmentation, and classifies
    the test images: to see that speed costs no accuracy.

    Proposals are those of the Bayesian sampler after 25 to 5000 random trials with made-up accuracies:
    the first of a process, which makes everything anew, and the 20 after it. A space of at most
    20,000 points is weighed whole.

    Flash measures flash recipes in a folder with a study.json and a benchmark.json: students drawn at
    random get the full training, several seeds of it, and the flash training of every recipe; the
    table says how well what flash says ranks them. Run again after a crash or Ctrl-C it goes on where
    it was: runs.jsonl keeps what was trained.

    Hardware fits profiles to some networks of tables of measured ones, predicts all others, and prints
    how well, beside simple baselines.

    --network NAME    only this one (default: all)
    --batch B         images a training step (default: 64)
    --threads T       threads of a training step (default: 1)
    --seconds N       how long to measure each, at least (default: 2; never under 30 steps)
    --epochs N        passes over the images of a training for accuracy (default: 3)
    --seeds N         how many trainings for accuracy, each with another seed (default: 3)
    --space FILE      the search space of the proposals (default: SearchSpaces/mobile-cnn.json)
    --json            one JSON object a line, for each network and measurement
    --await-start     once warm, write the line "ready" to standard error and train on from the
                      moment a line comes in: to measure several processes at once

    With flash:
    --workers N       worker processes; the number does not change any result
    --threads N       threads for training the teacher
    --data DIR        where the named data set lies, instead of where the study says
    --table FILE      where to write the table, as Markdown (default: it is printed)
    --table-only      train nothing: the table of what runs.jsonl holds

    With hardware, whose FOLDER holds fbnet-latency/fbnet.csv and nas-bench-201/nb201.csv:
    --measurements FILE, --space FILE    another table, as profile fit takes it
    --profile FILE    a profile to compare with that no network of the table was used for
    --subsets N       how many random subsets to train on (default: 10)
    --sizes N,N…      networks in a subset (default: 10,100,300)
    --table FILE      where to write the table, as Markdown (default: it is printed)
    """

  /// What to do with recipes instead of measuring speed.
  private let flash: BenchFlash?
  private let hardware: BenchHardware?
  private let kinds: [Kind]
  private let networks: [ReferenceNetwork]
  private let training: TrainingBenchmark
  private let accuracy: AccuracyBenchmark
  private let spacePath: String
  private let seconds: Int
  private let asJSON: Bool

  /// What is measured.
  private enum Kind: String, CaseIterable {
    case training
    case inference
    case accuracy
    case proposals

    /// What stands above its rows.
    var heading: String {
      switch self {
      case .training: TrainingMeasurement.heading
      case .inference: InferenceMeasurement.heading
      case .accuracy: AccuracyMeasurement.heading
      case .proposals: ProposalMeasurement.heading
      }
    }
  }

  init(_ arguments: Arguments) throws {
    flash = try BenchVerb.flash(arguments)
    hardware = arguments.operands.first == "hardware" ? try BenchHardware(arguments) : nil
    if flash != nil || hardware != nil {
      kinds = []
    } else if let operand = arguments.operands.first {
      guard let kind = Kind(rawValue: operand) else {
        throw UsageError(
          "bench: got '\(operand)', expected training, inference, accuracy, proposals, flash or hardware",
          BenchVerb.self)
      }
      kinds = [kind]
    } else {
      kinds = [.training, .inference]
    }
    if let name = arguments.value("--network") {
      guard let network = ReferenceNetwork(rawValue: name) else {
        throw UsageError("--network: got '\(name)', expected S, M, L or T")
      }
      networks = [network]
    } else {
      networks = ReferenceNetwork.allCases
    }
    spacePath = arguments.value("--space") ?? "SearchSpaces/mobile-cnn.json"
    seconds = try arguments.integer("--seconds", in: 1...3600) ?? 2
    training = TrainingBenchmark(
      batch: try arguments.integer("--batch", in: 2...4096) ?? 64,
      threads: try arguments.integer("--threads", in: 1...256) ?? 1, seconds: Double(seconds),
      awaitsStart: arguments.has("--await-start"))
    accuracy = AccuracyBenchmark(
      epochs: try arguments.integer("--epochs", in: 1...1000) ?? 3,
      seeds: try arguments.integer("--seeds", in: 1...1000) ?? 3, batch: training.batch,
      threads: training.threads)
    asJSON = arguments.has("--json")
  }

  /// Reads the command line of `bench flash`; nil if something else is asked for.
  private static func flash(_ arguments: Arguments) throws -> BenchFlash? {
    let isFlash = arguments.operands.first == "flash"
    if arguments.operands.first == "hardware" {
      guard arguments.operands.count == (arguments.value("--measurements") == nil ? 2 : 1) else {
        throw UsageError(
          "bench hardware: expected either a folder with tables of measured networks or --measurements",
          BenchVerb.self)
      }
      return nil
    }
    guard arguments.operands.count == (isFlash ? 2 : min(1, arguments.operands.count)) else {
      throw UsageError(
        isFlash
          ? "bench flash: got no folder, expected one with a study.json and a benchmark.json"
          : "bench \(arguments.operands[0]): got '\(arguments.operands[1])' too, expected no folder",
        BenchVerb.self)
    }
    let foreign =
      isFlash
      ? speedOptions + speedFlags + BenchHardware.options.filter { $0 != "--table" }
      : BenchFlash.options + BenchFlash.flags
        + BenchHardware.options.filter { $0 != "--space" }
    for name in foreign where arguments.value(name) != nil || arguments.has(name) {
      throw UsageError(
        isFlash
          ? "\(name) does not go together with flash"
          : "\(name) goes together with \(BenchFlash.owns(name) ? "flash" : "hardware")",
        BenchVerb.self)
    }
    return isFlash ? try BenchFlash(arguments) : nil
  }

  func run() throws -> ExitStatus {
    if let flash { return try flash.run() }
    if let hardware { return try hardware.run() }
    var peaks = MachinePeaks()
    for kind in kinds {
      if !asJSON { Terminal.print(kind.heading) }
      if kind == .proposals {
        try ProposalBenchmark(space: SearchSpace(contentsOf: spacePath)).measure { measured in
          Terminal.print(asJSON ? measured.json() : measured.line())
        }
        continue
      }
      for reference in networks {
        switch kind {
        case .proposals: break
        case .training:
          let measured = try training.measure(reference)
          let peak = peaks.of(threads: training.threads)
          Terminal.print(asJSON ? measured.json(peak) : measured.lines(peak))
        case .inference:
          let measured = try InferenceBenchmark(seconds: Double(seconds)).measure(reference)
          let peak = peaks.of(threads: 1)
          Terminal.print(asJSON ? measured.json(peak) : measured.line(peak))
        case .accuracy:
          let measured = try accuracy.measure(reference)
          Terminal.print(asJSON ? measured.json() : measured.line())
        }
      }
    }
    return .success
  }
}
