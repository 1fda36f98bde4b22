import Datasets
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill with data of all kinds", Program.isBuilt)
struct DataCommandTests {
  @Test("writes a file whose name is one letter, and says that a folder is in the way")
  func shortNames() throws {
    let study = try TinyStudy()
    func split(_ output: String) throws -> Program.Ended {
      try Program.Running(
        [
          "-c", "cd \"$1\" && exec \"$0\" data split . --output \(output)",
          try #require(Program.path), study.folder.path,
        ], of: "/bin/sh"
      ).end()
    }
    let ended = try split("x")
    #expect(ended.status == 0 && study.temporary.has("x"), "\(ended.errors)")
    let refused = try split(".")
    #expect(refused.status == 5)
    #expect(refused.errors.contains("autodistill: error: .: cannot write: Is a directory"))
  }

  @Test("takes images with names for some of them and groups to a front, and says what it read")
  func runs() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting(
        "data",
        """
        {"train_images": "images.npy", "train_labels": "labels.csv", "groups": "labels.csv",
         "validation_count": 60, "test_count": 60}
        """))
    let names = ["across", "down", "oblique"]
    let rows = (0..<TinyData.count).map { image in
      "\(image % 4 == 1 ? "" : names[image % 3]),patient \(image / 5)\n"
    }
    try study.temporary.write("label,group\n" + rows.joined(), to: "labels.csv")
    let ended = try study.run("run", "--workers", "2", seconds: 120)
    #expect(ended.status == 0, "\(ended.errors)")
    let state = try Journal.state(of: study.folder)
    let data = try #require(state.began?.data)
    #expect(data.split == .grouped && data.classNames == names)
    let groups = data.splits.compactMap(\.groupCount)
    #expect(groups.count == 3 && groups.reduce(0, +) == 72)
    let unlabeled = data.splits.map { $0.unlabeledCount ?? 0 }
    #expect(unlabeled[0] > 0 && unlabeled.dropFirst().allSatisfy { $0 == 0 })
    #expect(unlabeled[0] + (data.leftOutCount ?? 0) == 90)
    #expect(!(try study.outcome()).distilled.isEmpty)
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    for part in ["The data", "unknown class", "groups", "oblique", "by group"] {
      #expect(report.contains(part), "\(part)")
    }
    let front = String(decoding: try study.temporary.read("report/front.json"), as: UTF8.self)
    #expect(front.contains("\"oblique\""))
  }

  @Test("describes what it read")
  func describes() throws {
    let study = try TinyStudy()
    let labels = (0..<TinyData.count).map { image -> Int8 in
      if image < 20 { return -1 }
      return image % 50 == 3 ? Int8(image / 50 % 2) : 2
    }
    try NPYFile.write(
      NumericArray(shape: [TinyData.count], labels), to: study.temporary.file("labels.npy"))
    let ended = try Program.Running(["data", "describe", study.folder.path]).end(seconds: 60)
    #expect(ended.status == 0, "\(ended.errors)")
    for part in [
      "8 × 8 × 1, uint8; 3 classes", "split:   random", "20 of them of an unknown class",
      "standard deviation", "of the training images are of class 2: accuracy says little",
    ] {
      #expect(ended.output.contains(part), "\(ended.output)")
    }
  }

  @Test("tells who trains a teacher elsewhere which images are for what")
  func split() throws {
    let study = try TinyStudy()
    let file = study.temporary.file("split.npy")
    let ended = try Program.Running(["data", "split", study.folder.path, "--output", file])
      .end(seconds: 60)
    #expect(ended.status == 0, "\(ended.errors)")
    let splits = try #require(try NPYFile.read(file).asInts())
    let dataset = try study.inputs().dataset
    for (number, split) in [DatasetSplit.training, .validation, .test].enumerated() {
      let indices = splits.indices.filter { splits[$0] == number }
      #expect(try dataset.sourceOrder(of: split).indices == indices)
    }
    #expect(splits.count == TinyData.count && ended.output.contains("validation: 60"))
    #expect(try Program.Running(["data", "split", study.folder.path]).end().status == 2)
  }
}
