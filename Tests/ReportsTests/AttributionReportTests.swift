import Distillation
import FileFormats
import Foundation
import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@testable import Reports
@testable import Studies

@Suite("the shares of architecture and recipe in the variance")
struct VarianceSharesTests {
  /// Outcomes of two decisions of the architecture and one of the recipe, drawn independently.
  ///
  /// - Parameters:
  ///   - own: The step from value to value of the first decision; the second one does nothing.
  ///   - recipe: The same of the recipe's.
  private func trials(
    _ count: Int, own: Double, recipe: Double, noise: Double
  ) -> (levels: [[Int]], outcomes: [Double]) {
    var random = RandomStream(seed: 3, purpose: "made-up trials")
    var (levels, outcomes): ([[Int]], [Double]) = ([], [])
    for _ in 0..<count {
      let drawn = [
        random.integer(below: 3), random.integer(below: 2), random.integer(below: 3),
      ]
      levels.append(drawn.map { $0 + 1 })
      outcomes.append(
        0.5 + own * Double(drawn[0]) + recipe * Double(drawn[2]) + noise * random.normal())
    }
    return (levels, outcomes)
  }

  private func shares(
    _ count: Int = 300, own: Double, recipe: Double, noise: Double
  ) throws -> VarianceShares {
    let (levels, outcomes) = trials(count, own: own, recipe: recipe, noise: noise)
    return try #require(
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1))
  }

  @Test("are the parts of the variance that independent decisions have")
  func parts() throws {
    // Variances 9 · 2/3 and 2/3, and 1/3 of noise: 6 : ⅔ : ⅓ of 7.
    let shares = try shares(own: 3, recipe: 1, noise: 0.577_350_27)
    #expect(abs(shares.architecture.value - 6 / 7.0) < 0.09)
    #expect(abs(shares.recipe.value - 0.667 / 7) < 0.04)
    #expect(abs(shares.both.value - 6.667 / 7) < 0.03 && abs(shares.either) < 0.12)
    #expect(shares.architecture.interval.contains(shares.architecture.value))
    #expect(shares.recipe.interval.lowerBound > 0 && shares.count == 300)
  }

  @Test("go to the recipe where it alone matters")
  func recipeOnly() throws {
    let shares = try shares(own: 0, recipe: 1, noise: 0.3)
    #expect(shares.recipe.value > 0.8 && abs(shares.architecture.value) < 0.05)
    #expect(shares.architecture.interval.lowerBound <= 0.02)
  }

  @Test("are nothing where nothing but chance tells trials apart")
  func chance() throws {
    let shares = try shares(own: 0, recipe: 0, noise: 1)
    #expect(shares.both.value < 0.05 && shares.both.interval.lowerBound < 0)
    #expect(abs(shares.recipe.value) < 0.05)
  }

  @Test("are either's where a search tried good recipes with good architectures")
  func confounded() throws {
    let (drawn, _) = trials(200, own: 0, recipe: 0, noise: 0)
    let levels = drawn.map { [$0[0], $0[1], $0[0]] }
    let outcomes = levels.map { 2 * Double($0[0]) }
    let shares = try #require(
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1))
    #expect(shares.either > 0.95 && shares.architecture.value < 0.03)
    #expect(shares.recipe.value < 0.03)
  }

  @Test("are not estimated from few trials, or where one of the two does not vary")
  func missing() {
    let (levels, outcomes) = trials(40, own: 1, recipe: 1, noise: 0.1)
    func shares(_ levels: [[Int]], _ outcomes: [Double]) -> VarianceShares? {
      VarianceShares(levels: levels, outcomes: outcomes, networkDecisions: 2, seed: 1)
    }
    #expect(shares(levels, outcomes) != nil)
    #expect(shares(Array(levels.prefix(19)), Array(outcomes.prefix(19))) == nil)
    #expect(shares(levels.map { [$0[0], $0[1], 1] }, outcomes) == nil)
    #expect(shares(levels.map { [1, 1, $0[2]] }, outcomes) == nil)
    #expect(shares(levels, outcomes.map { _ in 0.5 }) == nil)
  }
}

@Suite("what the gain came from, in a report")
struct AttributionReportTests {
  /// `small` with a searched temperature: trial 2 has another than the default, which is the first value.
  ///
  /// - Parameter corners: The test accuracies of its network with the default recipe, of a reference design, and of that
  ///   with the recipe of trial 2; nil for those that are not trained.
  private func inputs(
    _ corners: [Double?] = [], best: String = "1", attribution: Bool = true
  ) throws -> ReportInputs {
    var study = MadeUpStudy.small
    study.search = #"{"trials": 32, "recipe": {"temperature": [4, 1, 2]}}"#
    study.full = #"{"epochs": 20, "temperature": "$temperature"}"#
    study.others = attribution ? ["\"attribution\": true"] : []
    study.spaceReferences = #"{"name": "wide", "key": "20100"}"#
    study.events = study.events.map { event in
      guard case .proposed(var proposed) = event else { return event }
      proposed.key += proposed.trial == 2 ? best : "2"
      return .proposed(proposed)
    }
    let key = MadeUpStudy.key(2)
    let designs = zip(corners, [(key + "2", true), ("201002", nil), ("20100" + best, true)]).map {
      (accuracy: $0, key: $1.0, isControl: $1.1)
    }
    if !designs.isEmpty {
      study.events.append(
        .referencesChosen(
          JournalEvent.ReferencesChosen(
            designs: designs.map {
              .init(
                name: $0.isControl == nil ? "wide" : "control \($0.key)", key: $0.key,
                costs: MadeUpStudy.costs(latency: 4), isControl: $0.isControl)
            }, refused: [])))
    }
    for design in designs {
      guard let accuracy = design.accuracy else { continue }
      study.events.append(
        .referenceTrained(
          JournalEvent.ReferenceTrained(
            name: "x", key: design.key, repetition: 0, outcome: .measured,
            validation: MadeUpStudy.evaluation(accuracy, of: 5000),
            test: MadeUpStudy.evaluation(accuracy, of: 10_000), seconds: 1, steps: 1)))
    }
    let (definition, state) = (try study.definition(), study.state)
    return StudyReport(
      definition: definition, state: state, results: StudyResults(definition, state),
      space: try study.space().adding(
        definition.search.recipe, file: "study.json", field: "search.recipe"),
      profiles: try study.profiles(), version: "1.2.3"
    ).inputs
  }

  private func texts(_ inputs: ReportInputs) throws -> (paragraphs: String, rows: [[String]]) {
    let section = try #require(inputs.attributionSection)
    var (paragraphs, rows): ([String], [[String]]) = ([], [])
    for block in section.blocks {
      switch block {
      case .paragraph(let text): paragraphs.append(text)
      case .facts(let facts): paragraphs += facts.map { "\($0.name): \($0.value)" }
      case .table(let table): rows += table.rows
      default: break
      }
    }
    return (paragraphs.joined(separator: "\n"), rows)
  }

  @Test("is split over the four corners, in both orders")
  func corners() throws {
    // Trial 2 has 90.89 % on the test split.
    let inputs = try inputs([0.9039, 0.88, 0.889])
    let (text, rows) = try texts(inputs)
    #expect(rows.map { $0[1] } == ["+0.50", "+0.90", "+2.39", "+1.99", "+2.89"])
    #expect(rows[0][0] == "the recipe, for the network of trial 2" && rows[1][0].hasSuffix("wide"))
    #expect(rows.last?[0] == "both: trial 2 over wide" && rows.last?[4] == "a gain")
    // (2.39 + 1.99) / 2 and (0.50 + 0.90) / 2.
    #expect(text.contains("Of +2.89 points on the test split the architecture gave +2.19"))
    #expect(text.contains("and the recipe +0.70"))
    #expect(text.contains("Default recipe: temperature 4"))
    #expect(text.contains("Recipe of trial 2, the best student: temperature 2"))
    let section = try #require(inputs.referenceSection)
    #expect(!"\(section)".contains("control"))
  }

  @Test("is the recipe's alone where no design has the recipe, and unknown without a training")
  func fewer() throws {
    let (text, rows) = try texts(inputs([0.9039]))
    #expect(rows.map { $0[0] } == ["the recipe, for this network"] && rows[0][1] == "+0.50")
    #expect(text.contains("What the architecture gave is not known"))
    let asked = try texts(inputs([nil, 0.88]))
    #expect(asked.rows.isEmpty && asked.paragraphs.contains("\"attribution\" trains that"))
    let unasked = try texts(inputs(attribution: false))
    #expect(unasked.paragraphs.contains("\"attribution\": true in study.json trains that"))
    #expect(unasked.paragraphs.contains("twenty trials"))
  }

  @Test("is not asked of a student with the default recipe, nor of a study without a search of it")
  func none() throws {
    #expect(try texts(inputs(best: "2")).paragraphs.contains("has the default recipe"))
    #expect(try MadeUpStudy.small.inputs().attributionSection == nil)
  }

  @Test("is a section of its own")
  func report() throws {
    let model = ReportModel(try inputs([0.9039, 0.88, 0.889]))
    #expect(model.sections.contains { $0.anchor == "attribution" })
  }
}
