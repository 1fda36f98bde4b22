import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("the ways of teaching of a recipe in JSON")
struct TeachingReadingTests {
  private func teaching(_ text: String) throws -> [TeachingTerm] {
    try Recipe(recipeField("{\"teaching\": \(text)}"), defaults: .small).teaching
  }

  @Test("are none where nothing is said, and may be one or several")
  func fields() throws {
    #expect(try Recipe(recipeField("{}"), defaults: .small).teaching.isEmpty)
    #expect(try teaching("[]").isEmpty)
    var comparison = PeerComparison()
    (comparison.weight, comparison.begin) = (WeightSchedule(from: 1, to: 3), 0.1)
    comparison.temperature = 2
    #expect(
      try teaching(
        """
        {"kind": "moving_average", "decay": 0.99, "begin": 0.1, "weight": {"from": 1, "to": 3},
         "temperature": 2, "result": "average"}
        """)
        == [
          TeachingTerm(MovingAverageRule(decay: 0.99, comparison: comparison, result: .average))
        ])
    #expect(
      try teaching(
        """
        [{"kind": "mutual", "students": 3},
         {"kind": "auxiliary_heads", "stages": ["stage1", "block2"], "distillation_weight": 0.2}]
        """)
        == [
          TeachingTerm(MutualRule(.copies(2))),
          TeachingTerm(AuxiliaryHeadsRule(stages: ["stage1", "block2"], distillation: 0.2)),
        ])
    let named = try Recipe(
      recipeField("{\"teaching\": {\"kind\": \"mutual\", \"keys\": [\"01\", \"10\"]}}"),
      defaults: .small)
    #expect(named.teaching == [TeachingTerm(MutualRule(.keys(["01", "10"])))])
    #expect(named.partners == ["01", "10"])
  }

  @Test(
    "refuse what is not known, out of range or there twice",
    arguments: [
      ("3", "full.teaching: got 3", "a way of teaching"),
      ("{\"decay\": 0.9}", "full.teaching: got", "the key \"kind\" too"),
      ("{\"kind\": \"meantime\"}", "full.teaching.kind: got \"meantime\"", "\"moving_average\""),
      (
        "{\"kind\": \"moving_average\", \"decay\": 1}", "full.teaching.decay: got 1",
        "from 0 to 0.999999"
      ),
      (
        "{\"kind\": \"moving_average\", \"students\": 2}",
        "full.teaching.students: got an unknown key", "\"decay\""
      ),
      ("{\"kind\": \"moving_average\", \"begin\": 1}", "full.teaching.begin: got 1", "from 0 to"),
      (
        "{\"kind\": \"moving_average\", \"loss\": {\"kind\": \"hint\"}}",
        "full.teaching.loss: got", "expected"
      ),
      (
        "{\"kind\": \"mutual\", \"temperature\": 2, \"loss\": {\"kind\": \"hint\"}}",
        "full.teaching.loss: got", "no \"loss\" next to \"temperature\""
      ),
      ("[{\"kind\": \"mutual\", \"students\": 1}]", "full.teaching[0].students: got 1", "2 to 16"),
      (
        "{\"kind\": \"mutual\", \"students\": 2, \"keys\": [\"0\"]}", "full.teaching.keys: got",
        "copies"
      ),
      ("{\"kind\": \"mutual\", \"keys\": []}", "full.teaching.keys: got", "one to 15 keys"),
      (
        "{\"kind\": \"auxiliary_heads\", \"stages\": [\"conv1\"]}",
        "full.teaching.stages[0]: got \"conv1\"", "\"stage2\""
      ),
      (
        "{\"kind\": \"auxiliary_heads\", \"stages\": []}", "full.teaching.stages: got",
        "at least one place"
      ),
      ("{\"kind\": \"branches\"}", "full.teaching: got", "which classes it mixes up"),
      ("{\"kind\": \"branches\", \"groups\": 1}", "full.teaching.groups: got 1", "from 2 to 16"),
      (
        "{\"kind\": \"branches\", \"groups\": [[0, 1], [1, 2]]}",
        "full.teaching.groups[1][0]: got 1", "each class in one group, once"
      ),
      (
        "{\"kind\": \"branches\", \"groups\": [[0], []]}", "full.teaching.groups[1]: got",
        "at least one class"
      ),
      (
        "{\"kind\": \"branches\", \"groups\": [[0, 1, 2]]}", "full.teaching.groups: got",
        "2 to 16 groups"
      ),
      (
        "{\"kind\": \"branches\", \"groups\": \"two\"}", "full.teaching.groups: got \"two\"",
        "a list of lists"
      ),
      (
        "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]], \"begin\": 0.5, \"share\": 0.5}",
        "full.teaching.share: got 0.5", "steps that are left after the branches"
      ),
      (
        "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]], \"focus\": 1}",
        "full.teaching.focus: got 1", "from 1.01"
      ),
      (
        "[{\"kind\": \"mutual\"}, {\"kind\": \"mutual\", \"students\": 3}]",
        "full.teaching[1]: got", "each kind once"
      ),
    ])
  func refusals(text: String, place: String, expected: String) {
    expectError(["study.json: " + place, expected]) { _ = try teaching(text) }
  }

  @Test("may ask a teacher that a stage does without")
  func stages() throws {
    let recipe = try Recipe(
      recipeField(
        """
        {"distillation_weight": 0.5, "teaching": {"kind": "branches"},
         "stages": [{"share": 0.3, "distillation_weight": 0}, {"share": 0.7}]}
        """), defaults: .small)
    #expect(recipe.teaching == [TeachingTerm(BranchesRule())] && recipe.stages.count == 2)
  }

  @Test("are part of the recipe's identity, each number of them")
  func identity() throws {
    let texts = [
      "[]", "{\"kind\": \"moving_average\"}", "{\"kind\": \"moving_average\", \"decay\": 0.9}",
      "{\"kind\": \"moving_average\", \"weight\": 2}",
      "{\"kind\": \"moving_average\", \"begin\": 0.2}",
      "{\"kind\": \"moving_average\", \"temperature\": 2}",
      "{\"kind\": \"moving_average\", \"result\": \"average\"}",
      "{\"kind\": \"mutual\"}", "{\"kind\": \"mutual\", \"students\": 3}",
      "{\"kind\": \"mutual\", \"keys\": [\"0\"]}", "{\"kind\": \"mutual\", \"keys\": [\"1\"]}",
      "{\"kind\": \"auxiliary_heads\"}",
      "{\"kind\": \"auxiliary_heads\", \"stages\": [\"stage1\"]}",
      "{\"kind\": \"auxiliary_heads\", \"weight\": 2}",
      "{\"kind\": \"auxiliary_heads\", \"distillation_weight\": 0.1}",
      "{\"kind\": \"auxiliary_heads\", \"temperature\": 4}",
      "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]]}",
      "{\"kind\": \"branches\", \"groups\": [[0, 1], [2]]}",
      "{\"kind\": \"branches\", \"groups\": [[0], [1], [2]]}",
      "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]], \"begin\": 0.2}",
      "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]], \"share\": 0.2}",
      "{\"kind\": \"branches\", \"groups\": [[0], [1, 2]], \"focus\": 2}",
    ]
    let identities = try texts.map {
      try Recipe(recipeField("{\"teaching\": \($0)}"), defaults: .small).identity
    }
    #expect(Set(identities).count == texts.count)
    #expect(identities[0] == Recipe.small.identity)
  }

  @Test("end with the teacher: labels alone are the baseline, from labelled images")
  func baseline() throws {
    let dataset = try StripedImages.mostlyUnlabeledReader().dataset
    let taught = Recipe.small.with { $0.teaching = [TeachingTerm(MovingAverageRule())] }
    #expect(taught.trainingCount(of: dataset) == 240)
    #expect(taught.withoutTeacher == Recipe.small)
    let heads = Recipe.small.with { $0.teaching = [TeachingTerm(AuxiliaryHeadsRule())] }
    #expect(heads.trainingCount(of: dataset) == 60)
  }

  @Test("are listed with a formula and a paper each")
  func table() {
    let kinds = TeachingTable.rules.map { $0.kind }
    #expect(Set(kinds).count == kinds.count)
    #expect(TeachingTable.rules.allSatisfy { $0.summary.contains("arXiv:") })
  }
}
