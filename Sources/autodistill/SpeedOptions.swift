import Benchmarks
import Distillation
import FileFormats
import Foundation

/// What `bench`, `bench training` and `bench inference` have in common.
struct SpeedOptions {
  static let training = ["--network", "--batch", "--threads", "--seconds", "--losses"]
  static let inference = ["--network", "--model", "--seconds"]
  static let trainingFlags = ["--json", "--await-start"]
  static let inferenceFlags = ["--json"]
  static let lossesHelp = """
    --losses LIST     losses to train with besides, as "losses" of a recipe: a list in JSON, or the file
                      that holds it; what they read of the teacher is made up, in the shapes of T
    """
  static let networkHelp =
    "--network NAME    only this one: S, M, L, T, V, R, D or W (default: S, M, L and T)"
  static let batchHelp =
    "--batch B         images a training step (default: 64; 32 for V and 16 for W)"

  /// What reports of speed mean.
  static let meaning = """
    The reference networks look at made-up images. Ours have 0.5 (S), 5.6 (M), 24 (L) and 37 (T)
    million MACs at 28×28×1. Published ones are measured where --network names them: V is MobileNetV2
    0.35 at 96×96×3 with 2 classes (11 million MACs), R the ResNet-8 of MLPerf Tiny at 32×32×3 (12.5),
    D its DS-CNN at 49×10×1 (2.7), and W is MobileNetV2 0.5 at 224×224×3 with 1,000 classes (97).
    A training step is an augmented batch, forward, distillation and cross-entropy loss, backward and
    SGD with momentum; inference is one image, one thread. GFLOP/s count two operations a
    multiply–add, and for a training step three passes, the first layer's two. The peak is the fastest
    matrix product measured on as many threads.
    """

  private let networks: [ReferenceNetwork]
  /// A model of integers to measure in place of the networks.
  private let model: String?
  private let seconds: Double
  private let asJSON: Bool
  private let training: TrainingBenchmark

  init(_ arguments: Arguments) throws {
    networks = try arguments.referenceNetworks(of: ReferenceNetwork.allCases)
    model = arguments.value("--model")
    if model != nil, arguments.value("--network") != nil {
      throw UsageError("--model and --network exclude each other")
    }
    seconds = Double(try arguments.integer("--seconds", in: 1...3600) ?? 2)
    asJSON = arguments.has("--json")
    let awaitsStart = arguments.has("--await-start")
    training = TrainingBenchmark(
      batch: try arguments.integer("--batch", in: 2...4096),
      threads: try arguments.integer("--threads", in: 1...256) ?? 1, seconds: seconds,
      losses: try arguments.losses(),
      whenWarm: {
        guard awaitsStart else { return }
        Terminal.log("ready")
        _ = readLine()
      })
  }

  func measureTraining(_ peaks: inout MachinePeaks) throws {
    if !asJSON { Terminal.print(TrainingMeasurement.heading) }
    for reference in networks {
      let measured: TrainingMeasurement
      do {
        measured = try training.measure(reference)
      } catch let error as LossError {
        throw UsageError("--losses: \(error.description), for the network \(reference.rawValue)")
      }
      let peak = peaks.of(threads: training.threads)
      Terminal.print(asJSON ? measured.json(peak) : measured.lines(peak))
    }
  }

  func measureInference(_ peaks: inout MachinePeaks) throws {
    if !asJSON { Terminal.print(InferenceMeasurement.heading) }
    let benchmark = InferenceBenchmark(seconds: seconds)
    if let model {
      report(try benchmark.measure(model: model), &peaks)
    } else {
      for reference in networks { report(try benchmark.measure(reference), &peaks) }
    }
  }

  private func report(_ measured: InferenceMeasurement, _ peaks: inout MachinePeaks) {
    let peak = peaks.of(threads: 1)
    Terminal.print(asJSON ? measured.json(peak) : measured.line(peak))
  }
}

extension Arguments {
  /// Returns the losses that `--losses` lists, or none.
  fileprivate func losses() throws -> [LossTerm] {
    guard let list = value("--losses") else { return [] }
    let isText = list.drop { $0.isWhitespace }.hasPrefix("[")
    let field =
      isText
      ? try JSONField(json: Data(list.utf8), file: "--losses") : try JSONField(contentsOf: list)
    return try LossTerm.all(in: field)
  }

  /// Returns the network that `--network` names, one of `known`, or those for Fashion-MNIST.
  func referenceNetworks(of known: [ReferenceNetwork]) throws -> [ReferenceNetwork] {
    guard let name = value("--network") else { return ReferenceNetwork.forFashionMNIST }
    guard let network = ReferenceNetwork(rawValue: name), known.contains(network) else {
      throw UsageError(
        "--network: got '\(name)', expected \(ReferenceNetwork.alternatives(known))")
    }
    return [network]
  }
}

extension ReferenceNetwork {
  /// Returns the networks' names as a choice, such as `S, M, L or T`.
  static func alternatives(_ networks: [ReferenceNetwork]) -> String {
    let names = networks.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
