import FileFormats
import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Studies

@Suite("what a study reads")
struct StudyInputsTests {
  @Test("fits together")
  func reads() throws {
    let study = try TinyStudy()
    let inputs = try study.inputs()
    #expect(inputs.dataset.count(.training) == 240 && inputs.dataset.classes == 3)
    #expect(inputs.imageShape.height == 8 && inputs.imageShape.channels == 1)
    #expect(inputs.profiles.isEmpty)
    let architecture = try inputs.space.architecture(key: "000")
    #expect(try inputs.network(of: architecture).outputShape.channels == 3)
    #expect(study.temporary.has("data/dataset.json"))
  }

  @Test(
    "is refused where the images' or the labels' file is cut short",
    arguments: [
      "images.npy", "labels.npy",
    ])
  func cutShort(name: String) throws {
    let study = try TinyStudy()
    let whole = try study.temporary.read(name)
    for count in [0, 5, 60, whole.count - 1] {
      try whole.prefix(count).write(to: URL(filePath: study.temporary.file(name)))
      expectError([study.temporary.file(name)]) { _ = try study.inputs() }
    }
  }

  @Test("is refused where a label is out of range, naming the file, the label and its place")
  func labelOutOfRange() throws {
    let study = try TinyStudy()
    var labels = [UInt8](repeating: 1, count: TinyData.count)
    labels[17] = 3
    let path = study.temporary.file("labels.npy")
    try NPYFile.write(NumericArray(shape: [TinyData.count], labels), to: path)
    expectError([path, "label 17: ", "3", "0 to 2"]) { _ = try study.inputs() }
  }

  @Test("is refused where there are fewer labels than images")
  func fewLabels() throws {
    let study = try TinyStudy()
    let path = study.temporary.file("labels.npy")
    try NPYFile.write(NumericArray(shape: [10], [UInt8](repeating: 0, count: 10)), to: path)
    expectError([path, "10", "\(TinyData.count)"]) { _ = try study.inputs() }
  }

  @Test(
    "is refused where a file is missing, naming it",
    arguments: ["study.json", "space.json", "images.npy", "labels.npy"])
  func missingFile(name: String) throws {
    let study = try TinyStudy()
    try FileManager.default.removeItem(atPath: study.temporary.file(name))
    expectError([study.temporary.file(name)]) { _ = try study.inputs() }
  }

  @Test("is refused by the file and the field where the data are too few for it")
  func tooFew() throws {
    let study = try TinyStudy()
    let text = try String(decoding: study.temporary.read("study.json"), as: UTF8.self)
    try study.temporary.write(
      text.replacing("\"test_count\": 60", with: "\"test_count\": \(TinyData.count)"),
      to: "study.json")
    expectError([
      "\(study.folder.definition): data.test_count: got \(TinyData.count), expected fewer, so that some of the "
    ]) { _ = try study.inputs() }
  }

  @Test("is refused by the file and the field where images are too small for their augmentation")
  func smallImages() throws {
    let study = try TinyStudy(
      .tiny.setting(
        "full", "{\"epochs\": 2, \"batch\": 24, \"augmentation\": {\"shift_pixels\": 8}}"))
    expectError([
      "\(study.folder.definition): full.augmentation.shift_pixels: got 8, expected less than 8, "
    ]) { _ = try study.inputs() }
  }

  @Test("is refused where --data names another folder for files of its own")
  func ownFiles() throws {
    let study = try TinyStudy()
    expectError([
      "--data: found /somewhere, expected no --data: ",
      "\(study.folder.definition) names image files of its own",
    ]) {
      _ = try StudyInputs(study.folder, dataFolder: "/somewhere")
    }
  }

  @Test("names the file and the field, or else the option, of a named data set that is not there")
  func missingDataset() throws {
    let study = try TinyStudy(
      .tiny.setting("data", "{\"name\": \"fashion-mnist\", \"folder\": \"/nowhere\"}"))
    let looked = "no such data file; looked for"
    expectError([
      "\(study.folder.definition): data.folder: \(looked) /nowhere/train-images"
    ]) { _ = try study.inputs() }
    expectError(["--data: \(looked) /elsewhere/train-images"]) {
      _ = try StudyInputs(study.folder, dataFolder: "/elsewhere")
    }
  }

  @Test("is refused where the hardware profile is missing or cut short")
  func badProfile() throws {
    let study = try TinyStudy(.tiny.setting("hardware", "\"none.json\""))
    expectError([study.temporary.file("none.json"), "there is no such file"]) {
      _ = try study.inputs()
    }
    try study.temporary.write(String(deviceProfile().prefix(300)), to: "none.json")
    expectError([study.temporary.file("none.json"), "not valid JSON"]) { _ = try study.inputs() }
  }

  @Test("is refused where an objective or constraint needs what the profile does not say")
  func noEnergy() throws {
    for text in [
      StudyText.tiny.setting("minimize", "[\"energy_mj\"]"),
      StudyText.tiny.setting("constraints", "[\"energy_mj<=1\"]"),
    ] {
      let study = try TinyStudy(text.setting("hardware", "\"device.json\""))
      expectError(["small-board", "energy"]) { _ = try study.inputs() }
      let energy = "\"energy\": {\"pj_per_mac\": 1, \"pj_per_byte\": 1, \"static_power_mw\": 1},"
      try study.temporary.write(deviceProfile(energy: energy), to: "device.json")
      #expect(try study.inputs().profiles.first?.name == "small-board")
    }
  }

  @Test("is refused where the search space is no search space, naming its file")
  func badSpace() throws {
    let study = try TinyStudy()
    try study.temporary.write(
      tinySpace.replacing("\"values\": [4, 6, 8]", with: "\"values\": []"), to: "space.json")
    expectError([study.temporary.file("space.json"), "parameters[2].values"]) {
      _ = try study.inputs()
    }
  }

  @Test("is refused where the space's networks do not fit the images or the classes")
  func spaceDoesNotFit() throws {
    let study = try TinyStudy()
    let pooling = "{\"layer\": \"pooling\", \"kind\": \"max\", "
    let head = "{\"layer\": \"global_average_pool\"}"
    for (layer, other) in [
      (head, pooling + "\"kernel\": 8, \"stride\": 8}, " + pooling + "\"kernel\": 2}, " + head),
      ("\"$classes\"", "7"),
    ] {
      try study.temporary.write(tinySpace.replacing(layer, with: other), to: "space.json")
      expectError([study.temporary.file("space.json")]) { _ = try study.inputs() }
    }
  }

  @Test(
    "is refused where a recipe does not fit the data, naming the field",
    arguments: [
      ("full", "{\"batch\": 241}", "full.batch: got 241, expected at most 240"),
      ("flash", "{\"batch\": 300}", "flash.batch: got 300, expected at most 240"),
      (
        "teacher",
        "{\"network\": {\"stem_channels\": 8, \"stages\": []}, \"recipe\": {\"batch\": 999}}",
        "teacher.recipe.batch: got 999, expected at most 240"
      ),
      ("full", "{\"batch\": 24, \"augmentation\": {\"shift_pixels\": 8}}", "full.augmentation"),
      ("full", "{\"batch\": 24, \"augmentation\": {\"cutout_pixels\": 9}}", "cutout_pixels"),
    ])
  func recipeDoesNotFit(name: String, value: String, part: String) throws {
    let study = try TinyStudy(.tiny.setting(name, value))
    expectError([part]) { _ = try study.inputs() }
  }

  @Test("is refused with another data folder where the study names its own files")
  func dataFolder() throws {
    let study = try TinyStudy()
    expectError(["--data"]) { _ = try StudyInputs(study.folder, dataFolder: "elsewhere") }
  }

  @Test("is refused where the prepared data cannot be written")
  func dataCannotBeWritten() throws {
    let study = try TinyStudy()
    // Nobody, not even root, makes a folder where a file is.
    try study.temporary.write("", to: "data")
    expectError([study.temporary.file("data"), "cannot create folder", "Not a directory"]) {
      _ = try study.inputs()
    }
  }
}

@Suite("a study whose journal has begun")
struct ChangedStudyTests {
  private func expectChanged(
    _ what: String, _ text: StudyText = .tiny, sourceLocation: SourceLocation = #_sourceLocation,
    by change: (TinyStudy) throws -> Void
  ) throws {
    let study = try TinyStudy(text)
    let began = JournalEvent.began(try study.inputs().began(version: "1"))
    let state = MadeUp.state([began, MadeUp.teacherReady])
    try study.inputs().check(against: state)
    try change(study)
    let inputs = try study.inputs()
    expectError(
      [study.folder.path, "\(what)", "has changed since the journal was begun"],
      sourceLocation: sourceLocation
    ) { try inputs.check(against: state) }
    // Where there are no results yet, nothing is spoilt.
    try inputs.check(against: MadeUp.state([began, MadeUp.screened]))
  }

  @Test("is refused once the search space or the data are others")
  func files() throws {
    try expectChanged("the search space space.json") {
      try $0.temporary.write(
        tinySpace.replacing("[4, 6, 8]", with: "[4, 6, 7]"), to: "space.json")
    }
    try expectChanged("the data set") {
      var pixels = [UInt8](TinyData.images.bytes)
      pixels[1000] ^= 1
      try NPYFile.write(
        NumericArray(shape: TinyData.images.shape, pixels),
        to: $0.temporary.file("images.npy"))
    }
  }

  @Test("continues with another name, other workers and another layout of study.json")
  func harmless() throws {
    let study = try TinyStudy()
    let began = JournalEvent.began(try study.inputs().began(version: "1"))
    try study.write(
      .tiny.setting("name", "\"new\"").setting("workers", "3")
        .setting("trial_limits", "{\"memory_mib\": 900}"))
    try study.inputs().check(against: MadeUp.state([began, MadeUp.teacherReady]))
  }
}
