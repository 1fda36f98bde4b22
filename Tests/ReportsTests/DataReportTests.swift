import Testing

@testable import Reports
@testable import Studies

@Suite("the data in a report")
struct DataReportTests {
  private func study(_ change: (inout JournalEvent.DataRead) -> Void = { _ in }) -> MadeUpStudy {
    var data = JournalEvent.DataRead(
      height: 28, width: 28, channels: 1, pixels: .uint8, split: .stratified,
      classNames: ["cat", "dog"],
      splits: [
        .init(name: .training, classCounts: [60, 30], unlabeledCount: 500),
        .init(name: .validation, classCounts: [20, 10]), .init(name: .test, classCounts: [4, 2]),
      ], notes: ["one thing is odd"])
    change(&data)
    var study = MadeUpStudy.small
    study.events = study.events.map { event in
      guard case .began(var began) = event else { return event }
      began.data = data
      return .began(began)
    }
    return study
  }

  private func markdown(_ study: MadeUpStudy) throws -> String { try study.report().markdown }

  @Test("has a table of classes and splits, images of an unknown class, and what is odd")
  func section() throws {
    let text = try markdown(study())
    for part in [
      "The data", "28 × 28 × 1, uint8", "by class", "Trouser", "unknown class", "500", "590",
      "One thing is odd.",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("| groups"))
  }

  @Test("says how many groups are in each split, and what is in none")
  func groups() throws {
    let text = try markdown(
      study { data in
        data.split = .grouped
        data.leftOutCount = 1
        data.splits[0].groupCount = 41
        data.splits[1].groupCount = 13
      })
    for part in ["by group: no group is in two splits", "groups", "41", "13", "1 image of an"] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test("says how many images of a batch have a label, where the recipe fixes it")
  func labeledShare() throws {
    var fixed = study()
    fixed.full = #"{"epochs": 20, "batch": 64, "labeled_share": 0.25}"#
    #expect(
      try markdown(fixed).contains("16 of 64 images with a label in each batch of full trainings"))
    #expect(!(try markdown(study()).contains("labeled_share")))
  }

  @Test("of many classes has the smallest and the largest, and of an old journal nothing")
  func others() throws {
    let text = try markdown(
      study { data in
        data.classNames = nil
        for index in data.splits.indices {
          data.splits[index].classCounts = Array(100 * index + 1...100 * index + 40)
        }
      })
    #expect(text.contains("smallest of 40 classes") && text.contains("largest of 40 classes"))
    #expect(!(try markdown(.small)).contains("The data"))
  }
}
