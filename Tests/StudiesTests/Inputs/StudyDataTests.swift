import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the data of a study")
struct StudyDataTests {
  /// The tiny study with its data's own split.
  private static func text(_ data: String) -> StudyText {
    .tiny.setting(
      "data",
      """
      {"train_images": "images.npy", "train_labels": "labels.npy", "validation_count": 60,
       "test_count": 60\(data)}
      """)
  }

  /// Forgets the prepared data, so that they have to be made again.
  private func forget(_ study: TinyStudy) throws {
    try FileManager.default.removeItem(atPath: study.folder.preparedData)
  }

  @Test("stay split as they were when the study began, if it does not say how")
  func split() throws {
    let random = try TinyStudy(Self.text(", \"split\": \"random\"")).inputs().dataset.contentHash
    let study = try TinyStudy(Self.text(""))
    let stratified = try study.inputs()
    #expect(stratified.dataset.splitMethod == .stratified)
    #expect(stratified.dataset.contentHash != random)
    // A journal of a version that knew no other way says nothing.
    var began = stratified.began(version: "1.0.0")
    began.data = nil
    try study.writeJournal([JSONLines.line(JournalEvent.began(began))])
    #expect(try study.inputs().dataset.contentHash == random)
    try forget(study)
    #expect(try study.inputs().dataset.contentHash == random)
    // One of a later version says what it has.
    try study.writeJournal([
      JSONLines.line(JournalEvent.began(stratified.began(version: "2.0.0")))
    ])
    #expect(try study.inputs().dataset.contentHash == stratified.dataset.contentHash)
    // What study.json says counts.
    try study.write(Self.text(", \"split\": \"random\""))
    #expect(try study.inputs().dataset.contentHash == random)
  }

  @Test("that have changed since there are results do not take the place of what was prepared")
  func changed() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let prepared = try study.temporary.read("data/images.u8")
    let images = URL(filePath: study.temporary.file("images.npy"))
    let original = try Data(contentsOf: images)
    var other = original
    other[other.count - 1] ^= 255
    try other.write(to: images)
    expectError(["the data set has changed since the journal was begun"]) { _ = try study.inputs() }
    #expect(try study.temporary.read("data/images.u8") == prepared)
    // Where nothing is prepared, nothing wrong is either, and what comes later is taken for what it is.
    try forget(study)
    expectError(["the data set has changed since the journal was begun"]) { _ = try study.inputs() }
    try original.write(to: images)
    _ = try StudyUpkeep.run(study.folder)
    _ = try study.inputs()
    #expect(try study.temporary.read("data/images.u8") == prepared)
  }

  @Test("that are damaged are not trusted by who exports or watches a student")
  func damaged() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let key = try StudentWeights.key("best", in: study.folder)
    _ = try StudentWeights(of: key, in: study.folder, dataFolder: nil)
    let path = URL(filePath: study.temporary.file("data/images.u8"))
    var images = try Data(contentsOf: path)
    images[100] ^= 1
    try images.write(to: path)
    expectError(["data/images.u8", "autodistill run", "makes it again"]) {
      _ = try StudentWeights(of: key, in: study.folder, dataFolder: nil)
    }
  }

  @Test("are in the journal as they were read, and old journals are read without")
  func journal() throws {
    let study = try TinyStudy(Self.text(""))
    let began = try study.inputs().began(version: "1")
    let data = try #require(began.data)
    #expect((data.height, data.width, data.channels) == (8, 8, 1))
    #expect(data.split == .stratified && data.splits.map(\.name) == DatasetSplit.allCases)
    #expect(data.splits.map(\.classCounts) == [[80, 80, 80], [20, 20, 20], [20, 20, 20]])
    #expect(data.notes.isEmpty && data.classNames == nil)
    let line = try JSONLines.line(JournalEvent.began(began))
    let read = try JSONDecoder().decode(JournalEvent.self, from: Data(line.utf8))
    #expect(read == .began(began))
  }

  @Test("bound the batches of trainings without a teacher by the images whose class is known")
  func batches() throws {
    let small = Self.text("").setting(
      "teacher",
      """
      {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
       "recipe": {"epochs": 4, "batch": 20, "learning_rate": 0.1}}
      """
    ).setting("full", "{\"epochs\": 3, \"batch\": 20, \"learning_rate\": 0.1}")
    let study = try TinyStudy(small)
    let labels = (0..<TinyData.count).map { Int8($0 < 220 ? -1 : $0 % 3) }
    try NPYFile.write(
      NumericArray(shape: [TinyData.count], labels), to: study.temporary.file("labels.npy"))
    // 140 have a class, of which 60 and 60 are set aside.
    #expect(try study.inputs().dataset.unlabeledCount == 220)
    #expect(try study.inputs().began(version: "1").data?.splits[0].unlabeledCount == 220)
    for (name, value, part) in [
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
         "recipe": {"epochs": 4, "batch": 24, "learning_rate": 0.1}}
        """,
        "teacher.recipe.batch: got 24, expected at most 20"
      ),
      ("full", "{\"batch\": 24}", "full.batch: got 24, expected at most 20"),
    ] {
      try study.write(small.setting(name, value))
      expectError([part]) { _ = try study.inputs() }
    }
    try study.write(
      small.setting("full", "{\"epochs\": 3, \"batch\": 200, \"learning_rate\": 0.1}")
        .setting("finalists", "{\"count\": 2, \"baseline\": false}"))
    #expect(try study.inputs().dataset.count(.training) == 240)
    try study.write(
      small.setting("full", "{\"batch\": 20, \"distillation_weight\": 0}"))
    #expect(
      try study.inputs().began(version: "1").data?.notes.contains {
        $0.hasSuffix(
          "220 training images of an unknown class are not used: full.distillation_weight is 0")
      } == true)
    // A moving average of the student teaches it of all images.
    let averaged =
      "{\"batch\": 20, \"distillation_weight\": 0, \"teaching\": [{\"kind\": \"moving_average\"}]}"
    try study.write(small.setting("full", averaged))
    #expect(
      try study.inputs().began(version: "1").data?.notes.contains { $0.contains("are not used") }
        == false)
    try study.write(
      small.setting("search", "{\"trials\": 8, \"recipe\": {\"w\": [0.9, 0]}}")
        .setting("full", "{\"epochs\": 3, \"batch\": 20, \"distillation_weight\": \"$w\"}"))
    expectError([
      "search.recipe: got recipes that learn from 20 and from 240 training images",
      "expected the same images in all recipes",
    ]) { _ = try study.inputs() }
  }

  @Test(
    "may be of few or wrong labels, which the journal tells and the study's own teacher learns from"
  )
  func labels() throws {
    let study = try TinyStudy(Self.text(", \"labels\": 90, \"label_noise\": 0.2"))
    let inputs = try study.inputs()
    let data = try #require(inputs.began(version: "1").data)
    #expect(data.labels?.kept == 90 && data.labels?.hidden == 150 && data.labels?.wrong == 18)
    #expect(data.labels?.dropped == nil && data.splits[0].unlabeledCount == 150)
    #expect(data.splits[0].classCounts.reduce(0, +) == 90)
    #expect(data.splits.dropFirst().map(\.classCounts) == [[20, 20, 20], [20, 20, 20]])
    #expect(
      data.notes.contains { $0.contains("18 of the 90 training labels are wrong on purpose") })
    #expect(data.notes.contains { $0.contains("90 training images keep their label") })
    // A network that the study trains reads the same data, without those of an unknown class.
    #expect(inputs.dataset.trainingCount(withTeacher: false) == 90)
    let line = try JSONLines.line(JournalEvent.began(inputs.began(version: "1")))
    let read = try JSONDecoder().decode(JournalEvent.self, from: Data(line.utf8))
    #expect(read == .began(inputs.began(version: "1")))
    let whole = try TinyStudy(Self.text("")).inputs()
    #expect(whole.began(version: "1").data?.labels == nil)
    // A share of each batch needs both kinds of images, with and without a baseline.
    let share = "{\"epochs\": 3, \"batch\": 20, \"labeled_share\": 0.5}"
    for baseline in [true, false] {
      let finalists = "{\"count\": 2, \"baseline\": \(baseline)}"
      try study.write(
        Self.text(", \"labels\": 90").setting("full", share).setting("finalists", finalists))
      #expect(try study.inputs().definition.full.labeledPerBatch == 10)
      try study.write(Self.text("").setting("full", share).setting("finalists", finalists))
      expectError(["full.labeled_share: got 0.5", "all 240 have one"]) { _ = try study.inputs() }
    }
    #expect(whole.dataset.testHash == inputs.dataset.testHash)
    #expect(whole.dataset.contentHash != inputs.dataset.contentHash)
  }
}
