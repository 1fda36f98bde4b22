import BayesianOptimization
import Foundation
import NeuralNetworks
import RandomStreams
import SearchSpaces

/// What a proposal of the Bayesian sampler takes after many trials, on one core.
package struct ProposalBenchmark {
  let space: SearchSpace
  private let trialCounts = [25, 50, 100, 200, 500, 1000, 2000, 5000]
  private let proposalsEach = 20

  package init(space: SearchSpace) { self.space = space }

  /// Measures after each number of trials, and hands over each measurement as it is there.
  ///
  /// The trials are random students with made-up accuracies that rise with the size.
  package func measure(_ report: (ProposalMeasurement) -> Void) throws {
    let appraisals = AppraisalMemory(space)
    let last = min(trialCounts[trialCounts.count - 1], Int(min(1e6, space.pointCount / 2)))
    var history: [Observation] = []
    var met: Set<Architecture> = []
    var random = RandomStream(seed: 1, purpose: "proposal benchmark")
    while history.count < last {
      let architecture = space.randomArchitecture(using: &random)
      if met.insert(architecture).inserted {
        history.append(measured(architecture, appraisals.of(architecture), using: &random))
      }
    }
    for count in trialCounts where count <= last {
      ProcessMemory.resetPeak()
      let session = SearchSession(
        ProposalProblem(
          space: space, costNames: ["macs"], covariateNames: ["log parameters"],
          appraise: appraisals.of))
      var known = Array(history.prefix(count))
      var seconds: [Double] = []
      for trial in count...(count + proposalsEach) {
        let began = DispatchTime.now().uptimeNanoseconds
        guard
          case .architecture(let architecture)? = try BayesianSampler().propose(
            in: session, history: known, trial: trial, seed: 1)
        else { break }
        seconds.append(Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9)
        known.append(measured(architecture, appraisals.of(architecture), using: &random))
      }
      guard let first = seconds.first, seconds.count > 1 else { continue }
      let next = seconds.dropFirst().sorted()
      report(
        ProposalMeasurement(
          space: space.name, trials: count, resumedSeconds: first,
          meanSeconds: next.reduce(0, +) / Double(next.count),
          medianSeconds: next[next.count / 2], slowestSeconds: next[next.count - 1],
          peakMemoryBytes: ProcessMemory.peakBytes))
    }
  }

  private func measured(
    _ architecture: Architecture, _ appraisal: Appraisal, using random: inout RandomStream
  ) -> Observation {
    let size = log10(max(1, appraisal.costs.first ?? 1))
    return Observation(
      architecture: architecture,
      outcome: .measured(
        value: 1 - exp(-0.3 * size) + 0.01 * random.normal(), standardError: 0.003))
  }
}

/// The costs of students, each network built once: building them is not what is measured here, and a
/// search remembers them too.
private final class AppraisalMemory {
  private let space: SearchSpace
  private var known: [Architecture: Appraisal] = [:]

  init(_ space: SearchSpace) { self.space = space }

  func of(_ architecture: Architecture) -> Appraisal {
    if let known = known[architecture] { return known }
    var appraisal = Appraisal.unbuildable
    // The same for all spaces, so that figures of all times can be compared.
    let images = TypicalImages()
    if let network = try? space.network(
      for: architecture, input: images.shape, classes: images.classes)
    {
      let costs = NetworkCosts(network)
      appraisal = Appraisal(
        costs: [Double(costs.macs)], covariates: [log(Double(costs.parameters))], violation: 0)
    }
    known[architecture] = appraisal
    return appraisal
  }
}

/// What proposals after a number of trials took.
package struct ProposalMeasurement: Sendable {
  package let space: String
  package let trials: Int
  /// The first proposal of a process: everything is made anew.
  package let resumedSeconds: Double
  /// Of the proposals after it.
  package let meanSeconds: Double
  package let medianSeconds: Double
  package let slowestSeconds: Double
  package let peakMemoryBytes: Int
}
