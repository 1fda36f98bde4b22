import Comparisons
import Foundation
import Testing

@testable import Reports
@testable import Studies

@Suite("how sure a choice is")
struct ChoiceReportTests {
  /// `small` with a budget for its cheapest student, and a finalist that is nearly as good as the best.
  private static var close: MadeUpStudy {
    var study = MadeUpStudy.small
    study.others = [#""budgets": [{"name": "fast", "constraints": "latency_ms<=4"}]"#]
    study.events = study.events.map { event in
      guard case .distilled(let training) = event, training.trial == 1, !training.isBaseline else {
        return event
      }
      return MadeUpStudy.distilled(1, 0.889, test: 0.9)
    }
    return study
  }

  @Test("is shown for each budget and for all limits, with the students that chance would choose")
  func section() throws {
    let inputs = try Self.close.inputs()
    #expect(inputs.choices.map(\.budget?.name) == ["fast", "all limits"])
    let fast = inputs.choices[0]
    // 89.0 and 88.9 % of 5,000 images.
    #expect(fast.trials == [0, 1] && fast.chosen == 0)
    #expect(fast.share > 0.5 && fast.share < 0.65)
    #expect(abs(fast.share + fast.stability.shares[1] - 1) < 1e-12)
    #expect(fast.stability.entropyBits > 0.9 && !fast.stability.isPaired)
    #expect(inputs.choices[1].chosen == 2 && inputs.choices[1].share > 0.99)
    let report = try Self.close.report()
    #expect(report.html.contains("<h2>How sure the choice is</h2>"))
    #expect(report.markdown.contains("| fast | 0 |"))
    #expect(report.markdown.contains("as if each student had seen others"))
    #expect(try MadeUpStudy.failed.report().model.sections.allSatisfy { $0.anchor != "choices" })
  }

  @Test("is in front.json, as compare says it of the same files")
  func json() throws {
    let data = Data(try Self.close.report().frontJSON.utf8)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let choices = try #require(object["choices"] as? [[String: Any]])
    #expect(choices.map { $0["budget"] as? String } == ["fast", "all limits"])
    let students = try #require(choices[0]["students"] as? [[String: Any]])
    #expect(students.map { $0["trial"] as? Int } == [0, 1])
    let accuracies = [0.89, 0.889].map { MeasuredAccuracy(mean: $0, count: 5000) }
    let stability = try #require(SelectionStability(of: accuracies))
    #expect(students.map { $0["share"] as? Double } == stability.shares)
    #expect(choices[0]["share"] as? Double == stability.shares[0])
  }

  @Test("is that of the only student where there is one, without entropy")
  func only() throws {
    let choice = try #require(try MadeUpStudy.single.inputs().choices.first)
    #expect(choice.share == 1 && choice.stability.entropyBits == 0 && choice.trials == [2])
  }
}
