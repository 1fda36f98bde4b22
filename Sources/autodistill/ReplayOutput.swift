import Foundation
import ParetoFronts
import Replay

/// The figures of a replay, as a table and as JSON.
struct ReplayOutput {
  let table: ReplayTable
  let settings: ReplaySettings
  let summary: ReplaySummary
  /// The most memory that the searches took, the table and the program included.
  let peakMemoryBytes: Int

  private var definition: ReplayDefinition { table.definition }
}

extension ReplayOutput {
  /// Returns the figures for people, several lines.
  func text() -> String {
    var lines = [heading, reference(definition.metric, table.score)]
    if let full = definition.fullMetric, let score = table.fullScore {
      lines.append(reference(full, score))
    }
    lines += ["", "evaluations   hypervolume ÷ true     ms a proposal: median      90 %"]
    lines += summary.checkpoints.map { checkpoint in
      String(format: "%11d   ", checkpoint.evaluations)
        + share(checkpoint.mean, checkpoint.standardError)
        + padded(milliseconds(checkpoint.seconds.median), 23)
        + padded(milliseconds(checkpoint.seconds.ninetieth), 10)
    }
    if !definition.budgets.isEmpty {
      lines += [
        "", "evaluations   the best row within a budget is missed by (\(definition.metric))",
      ]
      lines += [
        "           " + definition.budgets.map { padded($0.description, 24) }.joined()
      ]
      lines += summary.checkpoints.map { checkpoint in
        String(format: "%11d", checkpoint.evaluations)
          + checkpoint.regrets.map { regret in
            padded(
              String(format: "%.4g", regret.mean)
                + (regret.standardError.map { String(format: " ± %.2g", $0) } ?? ""), 24)
          }.joined()
      }
    }
    lines += ["", "to reach      mean curve    median run    mean run    searches"]
    lines += summary.goals.map { goal in
      padded(String(format: "%.1f %%", 100 * goal.share), 8)
        + padded(goal.meanCurve.map(String.init) ?? "–", 16)
        + padded(goal.medianRun.map { String(format: "%.1f", $0) } ?? "–", 14)
        + String(format: "%12.1f %9.0f %%", goal.meanRun, 100 * goal.reached)
    }
    if !summary.finalists.isEmpty {
      lines += ["", "\(settings.finalists) finalists chosen by    hypervolume ÷ true    gain"]
      lines += summary.finalists.map { rule in
        rule.rule.padding(toLength: 24, withPad: " ", startingAt: 0)
          + share(rule.mean, rule.standardError)
          + (rule.gain.map { "    " + share($0.mean, $0.standardError) } ?? "")
      }
    }
    return (lines + ["", footing]).joined(separator: "\n")
  }

  private var heading: String {
    let costs = definition.minimized.map { name in
      "\(name) (\(definition.known.contains(name) ? "known" : "revealed"))"
    }
    return "\(settings.samplerName), \(summary.searches) searches of \(summary.budget) trials in "
      + "\(table.count) architectures: \(definition.metric)"
      + (costs.isEmpty ? "" : " against " + costs.joined(separator: ", "))
  }

  private func reference(_ metric: String, _ score: FrontScore) -> String {
    let coordinates = zip(
      [metric] + definition.costs, [score.referenceValue] + score.referenceCosts
    )
    .map { String(format: "%@ %.6g", $0, $1) }
    return "reference \(coordinates.joined(separator: ", ")); "
      + String(format: "true hypervolume %.6f, ", score.trueVolume)
      + "\(score.frontCount) points on the front"
  }

  private var footing: String {
    "milliseconds a proposal: median \(milliseconds(summary.seconds.median)), "
      + "90 % \(milliseconds(summary.seconds.ninetieth)); "
      + String(format: "peak memory %.1f MiB", Double(peakMemoryBytes) / 1_048_576)
  }

  private func milliseconds(_ seconds: Double) -> String {
    String(format: seconds < 0.01 ? "%.3f" : "%.1f", 1000 * seconds)
  }

  private func share(_ mean: Double, _ error: Double?) -> String {
    String(format: "%7.4f", mean)
      + (error.map { String(format: " ± %.4f", $0) } ?? String(repeating: " ", count: 9))
  }

  /// Pads on the left by characters; a format pads by bytes.
  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension ReplayOutput {
  /// Returns the figures as one JSON object on one line.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(figures), as: UTF8.self)
  }

  private var figures: Figures {
    Figures(
      sampler: settings.samplerName, searches: summary.searches, budget: summary.budget,
      architectures: table.count, score: scored(definition.metric, table.score),
      fullScore: definition.fullMetric.flatMap { name in
        table.fullScore.map { scored(name, $0) }
      },
      checkpoints: summary.checkpoints.map {
        Figures.Checkpoint(
          evaluations: $0.evaluations, mean: $0.mean, standardError: $0.standardError,
          regrets: zip(definition.budgets, $0.regrets).map {
            Figures.Regret(
              budget: $0.description, mean: $1.mean, standardError: $1.standardError)
          },
          proposalSeconds: Figures.Seconds($0.seconds))
      },
      goals: summary.goals.map {
        Figures.Goal(
          share: $0.share, meanCurve: $0.meanCurve, medianRun: $0.medianRun, meanRun: $0.meanRun,
          reached: $0.reached)
      },
      finalists: summary.finalists.map {
        Figures.Finalists(
          rule: $0.rule, count: settings.finalists, mean: $0.mean,
          standardError: $0.standardError, gain: $0.gain?.mean,
          gainStandardError: $0.gain?.standardError)
      },
      proposalSeconds: Figures.Seconds(summary.seconds), peakMemoryBytes: peakMemoryBytes)
  }

  private func scored(_ metric: String, _ score: FrontScore) -> Figures.Score {
    Figures.Score(
      maximized: metric, minimized: definition.costs, referenceValue: score.referenceValue,
      referenceCosts: score.referenceCosts, bestValue: score.bestValue,
      bestCosts: score.bestCosts, trueHypervolume: score.trueVolume, frontCount: score.frontCount)
  }

  private struct Figures: Encodable {
    let sampler: String
    let searches: Int
    let budget: Int
    let architectures: Int
    let score: Score
    let fullScore: Score?
    let checkpoints: [Checkpoint]
    let goals: [Goal]
    let finalists: [Finalists]
    let proposalSeconds: Seconds
    let peakMemoryBytes: Int

    struct Score: Encodable {
      let maximized: String
      let minimized: [String]
      let referenceValue: Double
      let referenceCosts: [Double]
      let bestValue: Double
      let bestCosts: [Double]
      let trueHypervolume: Double
      let frontCount: Int
    }

    struct Checkpoint: Encodable {
      let evaluations: Int
      let mean: Double
      let standardError: Double?
      let regrets: [Regret]
      let proposalSeconds: Seconds
    }

    struct Regret: Encodable {
      let budget: String
      let mean: Double
      let standardError: Double?
    }

    struct Goal: Encodable {
      let share: Double
      let meanCurve: Int?
      let medianRun: Double?
      let meanRun: Double
      let reached: Double
    }

    struct Finalists: Encodable {
      let rule: String
      let count: Int
      let mean: Double
      let standardError: Double?
      let gain: Double?
      let gainStandardError: Double?
    }

    struct Seconds: Encodable {
      let median: Double
      let ninetieth: Double

      init(_ spread: ReplaySummary.Spread) {
        (median, ninetieth) = (spread.median, spread.ninetieth)
      }
    }
  }
}
