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
    if let attacks = result.teacherShadows?.attacks {
      rows += [
        row("shadows of the teacher", "loss", attacks.threshold),
        row("shadows of the teacher", "likelihood ratio", attacks.likelihoodRatio),
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
    if let excess = result.teacherShadows?.studentExcess {
      sentences.append(
        "By likelihood ratios, "
          + comparison(excess, first: "distilled students", second: "the teacher") + ".")
    }
    return sentences
  }

  private func comparison(_ excess: AreaEstimate, first: String, second: String) -> String {
    func larger(_ excess: AreaEstimate, _ first: String, _ second: String) -> String {
      "the leak of \(first) is larger than that of \(second) by \(excess.value.fixed(3)) (\(excess.words))"
    }
    if excess.low > 0 { return larger(excess, first, second) }
    if excess.high < 0 {
      return larger(
        AreaEstimate(value: -excess.value, low: -excess.high, high: -excess.low), second, first)
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
      text += lost(shadows.lost, "shadow")
    }
    if let shadows = result.teacherShadows {
      text +=
        " The teacher's \(shadows.count) shadows were trained by its own recipe, each on such a half."
      text += lost(shadows.lost, "shadow of the teacher", "shadows of the teacher")
      if let compared = shadows.compared {
        text += " Teacher and students are compared by \(compared) shadows of the same halves."
      } else if result.shadows != nil {
        text += " Too few halves have shadows of both to compare teacher and students."
      }
    } else if result.thresholds.teacher != nil {
      text += " On the teacher the loss attack alone was tried, the weaker one."
    }
    return text
  }

  private func lost(_ numbers: [Int], _ one: String, _ several: String? = nil) -> String {
    guard !numbers.isEmpty else { return "" }
    let verb = numbers.count == 1 ? "diverged or was lost and is" : "diverged or were lost and are"
    let names = numbers.count == 1 ? one : several ?? one + "s"
    return " \(numbers.count) \(names) \(verb) left out: "
      + numbers.map(String.init).joined(separator: ", ") + "."
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
