import TestSupport
import Testing

@testable import Studies

extension StudyText {
  /// The same study with a teacher whose feature is as large as the students' first, and losses.
  func taught(losses: String, more: String = "") -> StudyText {
    setting(
      "teacher",
      """
      {"network": {"stem_channels": 8, "stem_stride": 2, "stages": [{"channels": 8}]},
       "recipe": {"epochs": 8, "batch": 24, "slices": 2, "learning_rate": 0.1}}
      """
    ).setting(
      "full",
      "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1, \"losses\": \(losses)\(more)}")
  }
}

@Suite("a study's losses on features")
struct StudyLossesTests {
  @Test("are matched for the first and the last students before anything is trained")
  func notes() throws {
    let study = try TinyStudy(
      StudyText.tiny.taught(losses: "[{\"kind\": \"hint\", \"student\": \"stage1\"}]"))
    #expect(
      try study.inputs().lossNotes == [
        "losses of the student 212: hint compares the student's stage1 (4×4×8) with the teacher's "
          + "stage1 (4×4×8)"
      ])
    #expect(try TinyStudy().inputs().lossNotes.isEmpty)
  }

  @Test("are refused where a student has no such place, with those that it has")
  func missingPlace() throws {
    // Students of depth 0 have one resolution.
    let study = try TinyStudy(
      StudyText.tiny.taught(losses: "[{\"kind\": \"hint\", \"student\": \"stage2\"}]"))
    expectError([
      "study.json: full: got a recipe for the student 0", "has no stage2", "stage1 (4×4×4)",
    ]) {
      _ = try study.inputs()
    }
  }

  @Test("of auxiliary heads are refused where a student has no such place")
  func missingHead() throws {
    let heads = ", \"teaching\": [{\"kind\": \"auxiliary_heads\", \"stages\": [\"stage2\"]}]"
    let study = try TinyStudy(StudyText.tiny.taught(losses: "[]", more: heads))
    expectError([
      "study.json: full: got a recipe for the student 0", "cannot be put on \"stage2\"",
    ]) {
      _ = try study.inputs()
    }
  }

  @Test("of flash.recipe are checked as those of full are, and so are the students that it names")
  func flashRecipe() throws {
    func study(_ recipe: String) throws -> TinyStudy {
      try TinyStudy(
        StudyText.tiny.taught(losses: "[]").setting(
          "flash",
          "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 4, \"recipe\": {\(recipe)}}"))
    }
    let hinted = try study("\"losses\": [{\"kind\": \"hint\", \"student\": \"stage2\"}]")
    expectError(["study.json: flash.recipe: got a recipe for the student 0", "has no stage2"]) {
      _ = try hinted.inputs()
    }
    let fitting = try study("\"losses\": [{\"kind\": \"hint\", \"student\": \"stage1\"}]")
    #expect(try fitting.inputs().definition.comparesFeatures)
    let mutual = try study("\"teaching\": [{\"kind\": \"mutual\", \"keys\": [\"999\"]}]")
    expectError(["study.json: flash.recipe.teaching: got \"999\""]) { _ = try mutual.inputs() }
  }

  @Test("are refused where a part that is to stand still is not there")
  func missingPart() throws {
    let study = try TinyStudy(
      StudyText.tiny.taught(
        losses: "[]", more: ", \"stages\": [{\"share\": 1, \"frozen\": [\"stage2\"]}]"))
    expectError(["study.json: full: got a recipe for the student 0", "no part stage2"]) {
      _ = try study.inputs()
    }
  }

  @Test("are refused with a teacher that is no network, and why is told")
  func otherTeacher() throws {
    let text = StudyText.tiny.taught(losses: "[{\"kind\": \"hint\", \"student\": \"stage1\"}]")
    let study = try TinyStudy(text.taughtByLogits)
    expectError(["study.json: full: got a loss that compares features", "cannot be read"]) {
      _ = try study.inputs()
    }
  }

  @Test("and stages are no recipe for a teacher")
  func teacherRecipe() throws {
    let text = StudyText.tiny.setting(
      "teacher",
      "{\"network\": {\"stem_channels\": 8, \"stages\": []}, \"recipe\": {\"losses\": [{\"kind\": \"hint\"}]}}"
    )
    expectError(["study.json: teacher.recipe: got", "a teacher learns from labels alone"]) {
      _ = try text.definition()
    }
  }

  @Test("of a named recipe are part of the study's identity by what the name stands for")
  func presetIdentity() throws {
    let named = try StudyText.tiny.setting("full", "{\"recipe\": \"few-labels\"}").definition()
    #expect(named.identity.contains(" full=\(named.full.identity)"))
    #expect(try !StudyText.tiny.definition().identity.contains(" full="))
  }
}

@Suite("a run with losses on features and stages", Program.isBuilt)
struct LossesCommandTests {
  @Test("trains students that differ from those without, and tells what was compared")
  func runs() throws {
    let losses = "[{\"kind\": \"hint\", \"student\": \"stage1\"}]"
    let stages =
      ", \"stages\": [{\"share\": 0.5}, {\"share\": 0.5, \"losses\": [], \"frozen\": [\"stage1\"]}]"
    let plain = try TinyStudy(StudyText.tiny.taught(losses: "[]"))
    let hinted = try TinyStudy(StudyText.tiny.taught(losses: losses, more: stages))
    let again = try TinyStudy(StudyText.tiny.taught(losses: losses, more: stages))
    let outcomes = try [(plain, "1"), (hinted, "1"), (again, "2")].map { study, workers in
      let ended = try study.run("run", "--workers", workers)
      #expect(ended.status == 0, "\(ended.errors)")
      return try study.outcome()
    }
    #expect(outcomes[1] == outcomes[2], "\(outcomes[1].difference(from: outcomes[2]))")
    #expect(outcomes[0].trials[0].result?.validation != outcomes[1].trials[0].result?.validation)
    let notes = outcomes[1].teacher?.notes ?? []
    #expect(notes.contains { $0.contains("hint compares the student's stage1 (4×4×8)") })
    #expect(outcomes[1].distilled.allSatisfy { $0.outcome == .measured && $0.steps == 30 })
  }
}
