import Comparisons
import Studies

/// What was found of a student's leak, in the words of the report and the command.
struct LeakageWords {
  let result: LeakageResult

  static let columns: [ReportTable.Column] = [
    .init("who"), .init("attack"), .init("area", .number), .init("95 % interval", .number),
    .init("found at 1 % false alarms (%)", .number),
  ]

  /// One row for each attack.
  var rows: [[String]] {
    func row(_ who: String, _ attack: String, _ found: LeakageResult.Attack) -> [String] {
      [
        who, attack, found.area.value.fixed(3), found.area.words,
        found.truePositiveRate.percent(1),
      ]
    }
    let thresholds = result.thresholds
    var rows = [row("the student", "loss", thresholds.student)]
    if let teacher = thresholds.teacher { rows.append(row("its teacher", "loss", teacher)) }
    if let shadows = result.shadows {
      rows += [
        row("shadows with the teacher", "loss", shadows.distilled.threshold),
        row("shadows without it", "loss", shadows.baseline.threshold),
        row("shadows with the teacher", "likelihood ratio", shadows.distilled.likelihoodRatio),
        row("shadows without it", "likelihood ratio", shadows.baseline.likelihoodRatio),
      ]
    }
    return rows
  }

  /// Who gives away more, in a sentence for each comparison.
  var verdicts: [String] {
    var sentences: [String] = []
    if let excess = result.thresholds.teacherExcess {
      sentences.append(
        "By the loss, " + comparison(excess, first: "the teacher", second: "the student")
          + (result.thresholds.knowsTeacherImages
            ? "."
            : "; what the teacher itself was trained on is not known here, so this is about the study’s images alone.")
      )
    } else {
      sentences.append(
        "The teacher’s answers on the test split are not known, so student and teacher are not compared."
      )
    }
    if let shadows = result.shadows {
      sentences.append(
        "By likelihood ratios, "
          + comparison(
            shadows.baselineExcess, first: "students without the teacher",
            second: "distilled students") + ".")
    }
    return sentences
  }

  private func comparison(_ excess: AreaEstimate, first: String, second: String) -> String {
    let difference = "by \(abs(excess.value).fixed(3)) (\(excess.words))"
    if excess.low > 0 {
      return "the leak of \(first) is larger than that of \(second) \(difference)"
    }
    if excess.high < 0 {
      return "the leak of \(second) is larger than that of \(first) \(difference)"
    }
    return "the leaks of \(first) and of \(second) cannot be told apart "
      + "(difference \(excess.value.signedDigits), \(excess.words))"
  }

  /// What the numbers are of.
  var basis: String {
    var text =
      "The loss attack has \(counted(result.thresholds.images, "training image")) and as many test images."
    if let shadows = result.shadows {
      text +=
        " The shadows are \(shadows.count) students of each kind, each trained on a random half of the training "
        + "images; \(counted(shadows.images, "image")) of these are judged."
      if !shadows.lost.isEmpty {
        text +=
          " \(counted(shadows.lost.count, "shadow")) diverged or was lost and is left out: "
          + shadows.lost.map(String.init).joined(separator: ", ") + "."
      }
    }
    return text
  }
}

extension AreaEstimate {
  /// The interval: `0.512 to 0.534`.
  var words: String { "\(low.signedDigits) to \(high.signedDigits)" }
}

extension Double {
  /// Three decimals with a typographic minus.
  fileprivate var signedDigits: String {
    let text = fixed(3)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
