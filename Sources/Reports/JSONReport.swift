import Distillation
import FileFormats
import HardwareProfiles
import Studies

/// Writes `front.json`: the students of `front.csv` with the same digits, and what they belong to.
///
/// It holds no times and no paths, so that equal studies on equal processors give equal files.
struct JSONReport {
  static let format = "autodistill-front/3"

  let inputs: ReportInputs
  let table: FrontTable
  /// Whether only the trials are listed that a page shows one by one.
  var isForPage = false

  /// The whole file.
  var text: String {
    JSONText.object(members + measurementMembers).formatted + "\n"
  }

  private var members: [(String, JSONText)] {
    [
      ("format", .text(JSONReport.format)),
      ("version", JSONText(inputs.state.began?.version)),
      ("processor", JSONText(inputs.state.began?.machine)),
      ("precision", .text(inputs.definition.precision.rawValue)),
      ("name", .text(inputs.definition.name)),
      ("seed", .literal(String(inputs.definition.seed))),
      ("complete", JSONText(inputs.missing.isEmpty)),
      ("missing", .array(inputs.missing.map(JSONText.text))),
      ("hashes", hashes),
      ("splits", splits),
      ("maximize", .text("validation_accuracy")),
      ("minimize", .array(inputs.definition.objectives.map { .text($0.description) })),
      ("constraints", constraints),
      ("budgets", budgets),
      ("choices", choices),
      ("hardware", hardware),
      ("teacher", teacher),
      ("students", .array(zip(table.rows, inputs.results.students).map(student))),
      ("knee", inputs.knee.map { JSONText($0.trial) } ?? .null),
      ("decisions", decisions),
      ("trials", trials),
      ("references", references),
      ("flash_audit", audit),
      ("least_infeasible", leastInfeasible),
      ("infeasibility", infeasibility),
    ]
  }

  private var hashes: JSONText {
    let began = inputs.state.began
    return .object([
      ("study_sha256", JSONText(inputs.state.studyHash)),
      ("search_space_sha256", JSONText(began?.spaceHash)),
      ("hardware_profile_sha256", JSONText(inputs.state.profileHash)),
      ("data_sha256", JSONText(began?.dataHash)),
      ("teacher_weights_sha256", JSONText(inputs.state.teacher?.tensorsHash)),
      ("teacher_logits_sha256", JSONText(inputs.state.teacher?.logitsHash)),
    ])
  }

  private var constraints: JSONText {
    .object([
      ("drawn", inputs.state.screened.map { JSONText($0.drawn) } ?? .null),
      ("feasible", inputs.state.screened.map { JSONText($0.feasible) } ?? .null),
      ("confidence", JSONText(inputs.definition.confidence.level, decimals: 5)),
      ("devices", .text(inputs.definition.devices.rawValue)),
      (
        "bounds",
        .array(
          inputs.constraints.map { entry in
            let text = entry.constraint.description
            let rejected = inputs.state.screened?.rejections[text]
            return .object([
              ("constraint", .text(text)),
              ("set_by", .text(entry.origin.rawValue)),
              ("rejected", rejected.map { JSONText($0) } ?? .null),
            ])
          })
      ),
      (
        "infeasible_costs",
        .literal(
          JSONText.array(
            (inputs.state.screened?.infeasibleCosts ?? []).map { JSONText($0, decimals: 5) }
          ).line)
      ),
    ])
  }

  /// The profile of the only device, or a list of several.
  private var hardware: JSONText {
    let profiles = inputs.profiles.map(JSONReport.hardware)
    return profiles.count > 1 ? .array(profiles) : profiles.first ?? .null
  }

  private static func hardware(_ profile: HardwareProfile) -> JSONText {
    .object([
      ("profile", .text(profile.name)),
      ("protocol", .text(profile.protocolDescription)),
      ("precision", .text(profile.measurementProtocol.precision.rawValue)),
      ("source", .text(profile.provenance.source.rawValue)),
    ])
  }

  private var teacher: JSONText {
    guard let teacher = inputs.state.teacher else { return .null }
    let test = teacher.test
    return .object([
      ("validation_accuracy", JSONText(teacher.validation.accuracy, decimals: 5)),
      ("validation_low", JSONText(teacher.validation.interval.lowerBound, decimals: 5)),
      ("validation_high", JSONText(teacher.validation.interval.upperBound, decimals: 5)),
      ("test_accuracy", JSONText(test?.accuracy, decimals: 5)),
      ("test_low", JSONText(test?.interval.lowerBound, decimals: 5)),
      ("test_high", JSONText(test?.interval.upperBound, decimals: 5)),
      ("pipeline_accuracy", JSONText(teacher.pipelineAccuracy, decimals: 5)),
      ("macs", teacher.macs.map { JSONText($0) } ?? .null),
      ("parameters", teacher.parameters.map { JSONText($0) } ?? .null),
      ("members", members(of: teacher)),
      ("notes", .array((teacher.notes ?? []).map(JSONText.text))),
      (
        "runs",
        .array([
          .object([
            ("seed", JSONText(0)),
            ("validation", outcome(teacher.validation, teacher.validationOutcome)),
            ("test", outcome(test, teacher.testOutcome)), ("curve", .null),
          ])
        ])
      ),
    ])
  }

  /// What is known of the teachers of an ensemble; null for one that stands alone.
  private func members(of teacher: JournalEvent.TeacherReady) -> JSONText {
    guard let known = teacher.members else { return .null }
    return .array(
      zip(inputs.definition.teacher.members, known).map { definition, member in
        .object([
          ("origin", .text(definition.form.origin)),
          ("weight", .literal("\(definition.weight)")),
          ("validation_accuracy", JSONText(member.validation.accuracy, decimals: 5)),
        ])
      })
  }

  private func student(_ row: [String], _ student: StudyResults.Student) -> JSONText {
    .object(
      zip(table.columns, row).map { column, cell in
        let isText = column.kind == .text
        return (column.name, cell.isEmpty ? .null : isText ? .text(cell) : .literal(cell))
      } + [
        ("standing", JSONText(student.standing?.rawValue)),
        ("excluded_by", JSONText(inputs.exclusion(student))),
        ("runs", runs(student.runs)), ("baseline_runs", runs(student.baselineRuns)),
        ("robustness", robustness(student.robustness)),
      ])
  }

  private var leastInfeasible: JSONText {
    guard let nothing = inputs.state.nothingFeasible else { return .null }
    return .array(
      nothing.leastInfeasible.map { nearest in
        .object(
          [
            ("key", .text(nearest.key)), ("architecture", .text(inputs.words(nearest.key))),
            ("binding", .text(nearest.binding)),
            ("excess", JSONText(nearest.excess, decimals: 5)),
          ]
            + (inputs.missingOperators(nearest).map { [("cannot_run", .text($0))] } ?? [])
            + inputs.definition.objectives.map { metric in
              (metric.description, JSONText(try? nearest.costs.value(of: metric), decimals: 5))
            })
      })
  }
}
