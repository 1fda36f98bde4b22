import Comparisons
import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FrontFiles

@Suite("a front.json")
struct FrontFileReadingTests {
  @Test("is read with its answers, its splits and its metrics; what is not known is left alone")
  func read() throws {
    var random = RandomStream(seed: 1, purpose: "fronts")
    var front = random.front()
    front.limits = ["latency_ms<=3"]
    front.further = ", \"version\": \"1.2\", \"processor\": \"a chip\", \"precision\": \"fp32\""
    let file = try front.file("study")
    #expect(file.subject == "study" && file.name == "made-up" && file.seed == "1")
    #expect(file.version == "1.2" && file.processor == "a chip" && file.precision == "fp32")
    #expect(file.limits == ["latency_ms<=3"] && file.confidence == 0.9 && file.trialCount == 20)
    #expect(file.budgets.map(\.name) == ["latency_ms<=2"] && file.budgets[0].trial == 0)
    #expect(file.test == FrontFile.Split(count: 400, hash: "t"))
    #expect(file.students.map(\.key) == ["k0", "k1", "k2", "k3"])
    let student = file.students[1]
    #expect(
      student.validation == MeasuredAccuracy(front.students[1].validation.map { Answers($0) }))
    #expect(student.test == MeasuredAccuracy(front.students[1].test.map { Answers($0) }))
    #expect(file.value(of: "test_kappa", student)?.value == 0.75)
    #expect(file.value(of: "kappa", student)?.value == 0.75)
    #expect(file.value(of: "flops", student)?.value == 2000)
    #expect(file.value(of: "accuracy", student)?.value == student.validation.mean)
    #expect(file.value(of: "latency_ms@board", student)?.value == 1)
    #expect(file.value(of: "latency_ms@another", student) == nil)
  }

  @Test("is refused where a cost is negative, or an accuracy is not that of the trainings")
  func contradictions() throws {
    var random = RandomStream(seed: 1, purpose: "fronts")
    var front = random.front()
    front.students[1].latency = -2
    expectError(["study/front.json", "students[1].latency_ms", "-2", "a cost, 0 or more"]) {
      _ = try front.file("study")
    }
    front.students[1].latency = 2
    front.students[1].further = ", \"validation_accuracy\": 0.99"
    expectError(["students[1].validation_accuracy", "0.99", "the mean of what \"runs\" came to"]) {
      _ = try front.file("study")
    }
    let mean = MeasuredAccuracy(front.students[1].validation.map { Answers($0) }).mean
    front.students[1].further = ", \"validation_accuracy\": \(mean)"
    #expect(try front.file("study").students.count == 4)
  }

  /// A student of a version 2 file, as that version wrote it.
  static let earlier = """
    {"format": "autodistill-front/2", "name": "symbols", "seed": 1, "complete": true,
     "hashes": {"data_sha256": "482b"}, "minimize": ["latency_ms"],
     "constraints": {"confidence": 0.9, "bounds": []}, "budgets": [],
     "hardware": {"profile": "raspberry-pi-4", "protocol": "one core", "source": "published"},
     "students": [{"on_front": true, "key": "1021", "trial": 44, "validation_accuracy": 0.92675,
       "validation_low": 0.91826, "validation_high": 0.93442, "validation_sd": null,
       "test_accuracy": 0.91550, "test_low": 0.90648, "test_high": 0.92373, "latency_ms": 0.85831,
       "latency_se_ms": 0.31498, "seeds": 1}]}
    """

  @Test("of version 2 is read, with the number of images that its intervals have")
  func earlierVersion() throws {
    let file = try FrontFile(
      JSONField(json: Data(Self.earlier.utf8), file: "f"), subject: "f")
    let student = try #require(file.students.first)
    // The split has 4,000 images; five decimals of an interval give it to about one in a thousand.
    #expect(abs(student.validation.count - 4000) < 6)
    #expect(student.validation.mean == 0.92675 && !student.validation.hasAnswers)
    #expect(abs(try #require(student.test).count - 4000) < 6)
    #expect(file.value(of: "latency_ms", student)?.standardError == 0.31498)
  }

  @Test("says what is wrong with file, field and value")
  func wrong() throws {
    var random = RandomStream(seed: 2, purpose: "fronts")
    let json = random.front(images: 16, students: 1).json
    func read(_ text: String) throws {
      _ = try FrontFile(JSONField(json: Data(text.utf8), file: "f.json"), subject: "f")
    }
    try read(json)
    expectError(["f.json: format: got \"autodistill-front/1\"", "autodistill report"]) {
      try read(json.replacing("front/3", with: "front/1"))
    }
    expectError(["f.json: format: got \"a table\""]) {
      try read(json.replacing("autodistill-front/3", with: "a table"))
    }
    expectError(["f.json: students[0].runs[0].validation.correct: got 99"]) {
      try read(json.replacing(/"correct": \d+/, with: "\"correct\": 99"))
    }
    expectError(["students[0].runs[0].validation.correct_images", "a bit for each of 16 images"]) {
      try read(json.replacing(/"correct_images": "[^"]*"/, with: "\"correct_images\": \"AAAA\""))
    }
    expectError(["f.json: students[0]", "the key \"key\" too"]) {
      try read(json.replacing("\"key\"", with: "\"name\""))
    }
    // Left out, it would make the budget wider.
    expectError(["f.json: budgets[0].constraints[0]: got \"fast\"", "a constraint such as"]) {
      try read(
        json.replacing("\"constraints\": [\"latency_ms<=2\"]", with: "\"constraints\": [\"fast\"]"))
    }
    // No quantile: nothing keeps a limit with certainty.
    expectError(["f.json: constraints.confidence: got 1", "below 1"]) {
      try read(json.replacing("\"confidence\": 0.9", with: "\"confidence\": 1"))
    }
    try read(json.replacing("front/3", with: "front/4"))
    try read(json.replacing("\"count\": 16, \"sha256\"", with: "\"count\": null, \"sha256\""))
  }

  @Test("is found in a study's folder, and missed there with what to do")
  func folders() throws {
    let folder = try TemporaryFolder()
    let study = folder.path + "/study"
    expectError(["\(study)", "there is no such file"]) { _ = try FrontFile(contentsOf: study) }
    try FileManager.default.createDirectory(
      atPath: "\(study)/report", withIntermediateDirectories: true)
    expectError(["\(study): there is no report/front.json; autodistill report \(study)"]) {
      _ = try FrontFile(contentsOf: study)
    }
    var random = RandomStream(seed: 3, purpose: "fronts")
    let json = random.front(images: 16).json
    try json.write(toFile: "\(study)/report/front.json", atomically: true, encoding: .utf8)
    #expect(try FrontFile(contentsOf: study + "/").subject == study)
    #expect(try FrontFile(contentsOf: "\(study)/report/front.json").students.count == 4)
  }
}
