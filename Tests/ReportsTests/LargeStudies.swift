import Distillation
import FileFormats
import Foundation
import RandomStreams
import SearchSpaces

@testable import HardwareProfiles
@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// A study of the shipped space `mobile-cnn` with so many flash trials, none failed, and eight finalists.
  static func large(_ count: Int) throws -> StudyReport {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let space = try SearchSpace(
      contentsOf: root.appending(path: "SearchSpaces/mobile-cnn.json").path())
    var study = MadeUpStudy()
    study.name = "Large"
    study.search = "{\"trials\": \(count)}"
    study.finalists = #"{"count": 8, "seeds": 1, "baseline": true}"#
    study.constraints = ["latency_ms<=20"]
    study.events = [
      began, teacherReady,
      screened(
        rejections: ["latency_ms<=20": 40, "peak_memory_bytes<=4294967296": 0], infeasible: [25]),
    ]
    var random = RandomStream(seed: 3, purpose: "large")
    for trial in 0..<count {
      let latency = 0.5 + 19 * random.uniform()
      let accuracy = 0.9 - 0.06 * exp(-0.2 * latency) - 0.05 * random.uniform()
      study.events += [
        .proposed(
          JournalEvent.Proposed(
            trial: trial, key: space.key(of: space.randomArchitecture(using: &random)),
            costs: costs(latency: latency))),
        finished(trial, accuracy),
      ]
    }
    study.events += [
      .searchEnded(JournalEvent.SearchEnded(trials: count, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: Array(0..<8))), teacherTested,
    ]
    for trial in 0..<8 {
      study.events += [
        distilled(trial, 0.9 + 0.003 * Double(trial)),
        distilled(trial, 0.895 + 0.003 * Double(trial), isBaseline: true),
      ]
    }
    let (definition, state) = (try study.definition(), study.state)
    return StudyReport(
      definition: definition, state: state, results: StudyResults(definition, state), space: space,
      profiles: try study.profiles(), version: "1.2.3")
  }
}
