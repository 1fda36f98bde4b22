import Distillation
import Foundation
import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// `answered` with the curves of its trainings.
  static var curved: MadeUpStudy {
    var study = answered
    study.events = study.events.map { event in
      guard case .distilled(var training) = event else { return event }
      training.curve = TrainingCurve(
        (1...64).map { point in
          let rest = exp(-Double(point) / 12)
          return TrainingCurve.Point(
            step: 268 * point,
            loss: ((0.3 + (training.isBaseline ? 1.6 : 2.4) * rest) * 1e5).rounded() / 1e5,
            accuracy: ((0.9 - 0.6 * rest) * 1e5).rounded() / 1e5)
        })
      return .distilled(training)
    }
    return study
  }
}

@Suite("the curves of the full trainings")
struct TrainingChartTests {
  @Test("are drawn in each student's part of the page, in words too, and need no script")
  func drawn() throws {
    let html = try MadeUpStudy.curved.report().html.withoutScripts
    for trial in 0..<3 {
      #expect(
        html.contains("<title id=\"training-\(trial)-title\">The full trainings of trial \(trial)"))
    }
    #expect(html.count(of: "<path class=\"curve\"") == 6)
    #expect(html.count(of: "<path class=\"curve alone\"") == 6)
    #expect(html.contains("Seed 0 with the teacher: training loss 2.51 at first, 0.312 at last"))
    #expect(html.contains("validation accuracy 91.36 %"))
    #expect(complaintAboutXML(try MadeUpStudy.curved.report().html) == nil)
  }

  @Test("are missing where the journal has none")
  func missing() throws {
    #expect(!(try MadeUpStudy.small.report().html.contains("training-0-title")))
    let runs = try #require(try MadeUpStudy.small.inputs().results.students.first?.runs)
    #expect(runs[0].curve == nil)
  }

  @Test("are in front.json as lists of step, loss and accuracy")
  func json() throws {
    let data = Data(try MadeUpStudy.curved.report().frontJSON.utf8)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let students = try #require(object["students"] as? [[String: Any]])
    let run = try #require((students[0]["runs"] as? [[String: Any]])?.first)
    let curve = try #require(run["curve"] as? [[Double]])
    #expect(curve.count == 64 && curve[0].count == 3 && curve[63][0] == 17_152)
    let teacher = try #require(object["teacher"] as? [String: Any])
    #expect((teacher["runs"] as? [[String: Any]])?.first?["curve"] is NSNull)
  }

  @Test("are read from journals, and journals without them are read as before")
  func journal() throws {
    let event = MadeUpStudy.curved.events.first { event in
      if case .distilled = event { return true }
      return false
    }
    let known = try #require(event)
    let data = try JSONEncoder().encode(known)
    #expect(try JSONDecoder().decode(JournalEvent.self, from: data) == known)
    #expect(data.count < 4000, "\(data.count) bytes")
    let old = try JSONEncoder().encode(MadeUpStudy.smallTrainings[0])
    #expect(!String(decoding: old, as: UTF8.self).contains("curve"))
    #expect(try JSONDecoder().decode(JournalEvent.self, from: old) == MadeUpStudy.smallTrainings[0])
  }
}
