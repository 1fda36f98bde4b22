import Distillation
import Foundation
import NeuralNetworks
import TestSupport
import Testing

@testable import Studies

@Suite("the assistants of a student")
struct AssistantTests {
  private func inputs(_ assistants: String) throws -> StudyInputs {
    try TinyStudy(
      .tiny.setting(
        "full", "{\"epochs\": 2, \"batch\": 24, \"assistants\": \(assistants)}")
    ).inputs()
  }

  private func size(_ key: String, _ inputs: StudyInputs) throws -> Int {
    NetworkCosts(try inputs.network(of: inputs.space.architecture(key: key))).parameters
  }

  @Test("lie between it and the teacher in size, the largest first, and are the nearest there are")
  func chosen() throws {
    let inputs = try inputs("2")
    let teacher = try #require(try inputs.teacher.costs()).parameters
    // The space is so small that the sample has all of it.
    let keys = ["0", "1", "2"].flatMap { depth in
      ["0", "1"].flatMap { kernel in ["0", "1", "2"].map { depth + kernel + $0 } }
    }.filter { (try? inputs.space.architecture(key: $0)) != nil }
    let student = "000"
    let own = try size(student, inputs)
    let chosen = try inputs.assistants(
      of: student, inputs.network(of: inputs.space.architecture(key: student)))
    let sizes = try chosen.map { try size($0, inputs) }
    #expect(!sizes.isEmpty && Set(chosen).count == chosen.count)
    #expect(zip([teacher] + sizes, sizes + [own]).allSatisfy { $0 > $1 }, "\(sizes)")
    let wanted = TeachingChain.assistantSizes(2, teacher: teacher, student: own)
    let between = try keys.map { try size($0, inputs) }.filter { $0 > own && $0 < teacher }
    func distance(_ size: Int) -> Double { abs(log(Double(size)) - log(wanted[0])) }
    #expect(distance(sizes[0]) == between.map(distance).min())
  }

  @Test("are those that are named, but for the student itself")
  func named() throws {
    let inputs = try inputs("[\"212\", \"110\"]")
    let network = try inputs.network(of: inputs.space.architecture(key: "110"))
    #expect(try inputs.assistants(of: "110", network) == ["212"])
    #expect(try inputs.assistants(of: "000", network) == ["212", "110"])
  }

  @Test("are looked for when the study is read, as are those who learn with each student")
  func unknown() {
    expectError(["study.json: full.assistants: got \"919\"", "search space"]) {
      _ = try inputs("[\"919\"]")
    }
    expectError(["study.json: full.teaching: got \"919\"", "search space"]) {
      _ = try TinyStudy(
        .tiny.setting("full", "{\"teaching\": {\"kind\": \"mutual\", \"keys\": [\"919\"]}}")
      ).inputs()
    }
    // Between a teacher that is smaller than all students and one of them is none.
    let small =
      #"{"network": {"stem_channels": 1, "stages": [{"channels": 1, "blocks": 1, "stride": 2}]}, "recipe": {"epochs": 1}}"#
    expectError(["study.json: full.assistants: got 2", "expected 0", "fewer parameters"]) {
      _ = try TinyStudy(
        .tiny.setting("teacher", small).setting("full", #"{"epochs": 2, "assistants": 2}"#)
      ).inputs()
    }
  }
}

@Suite("a study whose students have a chain of teachers", Program.isBuilt)
struct ChainStudyTests {
  private static func text(epochs: Int) -> StudyText {
    StudyText.tiny.setting(
      "full",
      """
      {"epochs": \(epochs), "batch": 24, "learning_rate": 0.1, "generations": 2,
       "assistants": ["212"]}
      """)
  }

  @Test("says what each training came to, and leaves their files no longer than needed")
  func runs() throws {
    let study = try TinyStudy(ChainStudyTests.text(epochs: 2))
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(!outcome.distilled.isEmpty)
    for training in outcome.distilled {
      let key = outcome.trials[training.trial].key
      let links = training.chain ?? []
      // Ten steps an epoch, two epochs a training.
      #expect(training.steps == 20 * (links.count + 1))
      guard !training.isBaseline else {
        #expect(links.isEmpty)
        continue
      }
      #expect(links.map(\.key) == (key == "212" ? [] : ["212"]) + [key])
      #expect(links.last?.role == .generation)
      #expect(links.allSatisfy { $0.validation.count == 60 })
      let files = try FileManager.default.contentsOfDirectory(atPath: study.folder.candidate(key))
      #expect(!files.contains { $0.contains("link") }, "\(files)")
    }
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(report.contains("Who has taught the students") && report.contains("itself: "))
    // Shadows would have no teachers but the study's own.
    let attacked = try study.run("leakage", "--shadows", "4")
    #expect(attacked.status == 3, "\(attacked.output)\(attacked.errors)")
    #expect(attacked.errors.contains("full.generations") && attacked.errors.contains("--shadows 0"))
  }

  @Test("continues behind the trainings of the chain that have ended where it is killed")
  func killed() throws {
    let text = ChainStudyTests.text(epochs: 100)
    let straight = try TinyStudy(text)
    #expect(try straight.run().status == 0)
    let study = try TinyStudy(text)
    let running = try study.start("run", "--workers", "1")
    let candidates = study.folder.appending("candidates")
    #expect(
      Processes.wait(seconds: 60) {
        let files = FileManager.default.enumerator(atPath: candidates)?.allObjects ?? []
        return files.contains { "\($0)".hasSuffix("link-1.weights.safetensors") }
      })
    for worker in study.workers { kill(worker, SIGKILL) }
    try study.expectSameEnd(
      try running.end(), as: straight, sourceLocation: #_sourceLocation)
  }

  @Test("trains students together, and with their running mean, as any other")
  func together() throws {
    let study = try TinyStudy(
      .tiny.setting(
        "full",
        """
        {"epochs": 2, "batch": 24, "learning_rate": 0.1,
         "teaching": [{"kind": "mutual", "keys": ["212"]}, {"kind": "moving_average", "decay": 0.9}]}
        """))
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(outcome.trials.allSatisfy { $0.flashAccuracy != nil })
    #expect(outcome.distilled.allSatisfy { $0.outcome == .measured && $0.chain == nil })
  }
}
