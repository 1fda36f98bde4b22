import Benchmarks
import SearchSpaces

/// `autodistill bench proposals`
struct BenchProposalsVerb: Verb {
  static let name = "bench proposals"
  static let summary = "how long the Bayesian sampler takes to propose a student"
  static let operands: [String] = []
  static let options = ["--space"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill bench proposals [--space FILE] [--json]

    Times proposals of the Bayesian sampler after 25 to 5000 random trials with made-up accuracies:
    the first of a process, which makes everything anew, and the 20 after it. A space of at most
    20,000 points is weighed whole.

    --space FILE      the search space (default: SearchSpaces/mobile-cnn.json)
    --json            one JSON object a line, for each number of trials
    """

  private let spacePath: String
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    spacePath = arguments.value("--space") ?? "SearchSpaces/mobile-cnn.json"
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    if !asJSON { Terminal.print(ProposalMeasurement.heading) }
    try ProposalBenchmark(space: SearchSpace(contentsOf: spacePath)).measure { measured in
      Terminal.print(asJSON ? measured.json() : measured.line())
    }
    return .success
  }
}
