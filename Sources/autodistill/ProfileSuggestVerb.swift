import HardwareProfiles
import NeuralNetworks
import RandomStreams
import SearchSpaces

/// `autodistill profile suggest`
struct ProfileSuggestVerb: Verb {
  static let name = "profile suggest"
  static let summary = "names the networks of a space whose measurement would teach most"
  static let operands: [String] = []
  static let options = ["--space", "--count", "--base", "--seed"] + ImagesOption.options
  static let help = """
    USAGE: autodistill profile suggest --space FILE [--count N] [--base FILE] [--seed S]

    Prints keys of architectures, one a line, most telling first: those whose latencies would lower
    the uncertainty about all others most. profile measure --keys takes them.

    --space FILE     the search space
    --count N        how many (default: 10)
    --base FILE      a profile of the device or of a similar one: what it knows need not be measured
    --seed S         of the random architectures to choose from (default: 1)
    --image HxWxC, --classes N    what the networks look at (default: what the space says)
    """

  /// Architectures to choose from.
  private static let poolCount = 400

  private let spacePath: String
  private let count: Int
  private let base: String?
  private let seed: UInt64
  private let images: ImagesOption

  init(_ arguments: Arguments) throws {
    spacePath = try arguments.required("--space", for: ProfileSuggestVerb.self)
    count = try arguments.integer("--count", in: 1...200) ?? 10
    base = arguments.value("--base")
    seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    images = try ImagesOption(arguments)
  }

  func run() throws -> ExitStatus {
    let space = try SearchSpace(contentsOf: spacePath)
    let images = images.images(of: space)
    var random = RandomStream(seed: seed, purpose: "suggested measurements")
    var pool: [Architecture] = []
    var workloads: [InferenceWorkload] = []
    var seen: Set<String> = []
    for _ in 0..<ProfileSuggestVerb.poolCount {
      let architecture = space.randomArchitecture(using: &random)
      guard seen.insert(space.key(of: architecture)).inserted else { continue }
      workloads.append(
        try space.workload(of: architecture, input: images.shape, classes: images.classes))
      pool.append(architecture)
    }
    let design = MeasurementDesign(
      count: count, of: workloads, knowing: try base.map { try HardwareProfile(contentsOf: $0) })
    for index in design.chosen { Terminal.print(space.key(of: pool[index])) }
    return .success
  }
}
