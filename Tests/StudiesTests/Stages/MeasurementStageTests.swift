import DeviceMeasurement
import Foundation
import Testing

@testable import Studies

@Suite("measuring the final students")
struct MeasurementStageTests {
  private func run(_ measured: MeasuredStudy, workers: Int = 2) throws -> StudyState {
    try StudyRun(try FakeWorker(in: measured.study.temporary), workers: workers)(measured.study)
  }

  @Test("comes after all trainings, once for each student, with its samples kept")
  func once() throws {
    let measured = try MeasuredStudy()
    let state = try run(measured)
    #expect(state.finalists?.count == 3 && state.measured.count == 3)
    for event in state.measured {
      #expect(event.key == state.trials[event.trial].key && event.profile == "small-board")
      #expect(abs(event.latencyMilliseconds - MeasuredStudy.latency(event.key)) < 1e-9)
      #expect(event.samples == 11 && event.isSound && event.isComparable && event.attempts == 1)
      #expect(event.measurementProtocol.hasPrefix("A board called small-board; some runtime"))
      #expect(
        measured.study.temporary.has("candidates/\(event.key)/latency-samples.json"))
      #expect(!measured.study.temporary.has("candidates/\(event.key)/measured.safetensors"))
    }
    let events = measured.study.journalLines().filter { !$0.contains("stage_timed") }
    #expect(events.suffix(3).allSatisfy { $0.contains("\"event\":\"measured\"") })
    // The first student alone, the others after it as the reference.
    let first = state.measured[0].key
    #expect(
      measured.timed == [first, first, state.measured[1].key, first, state.measured[2].key])
    _ = try run(measured)
    let again = measured.study.journalLines().filter { !$0.contains("stage_timed") }
    #expect(again == events && measured.timed.count == 5)
  }

  @Test("continues from a journal cut anywhere in it, to the same latencies")
  func cut() throws {
    let whole = try MeasuredStudy()
    let state = try run(whole)
    let lines = whole.study.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"event\":\"measured\"") })
    for count in first...lines.count {
      try whole.study.temporary.write(
        lines.map { $0 + "\n" }.joined(), to: "journal.jsonl")
      try whole.study.cutJournal(toLines: count, andBytes: 23)
      #expect(try run(whole, workers: 1).measured == state.measured, "\(count) lines")
    }
  }

  @Test("changes nothing where the device cannot be reached, and is done when it can")
  func unreachable() throws {
    let plain = try TinyStudy(MeasuredStudy.text)
    let expected = try StudyRun(try FakeWorker(in: plain.temporary))(plain)
    let measured = try MeasuredStudy()
    try measured.set("down")
    let state = try run(measured)
    #expect(state.measured.isEmpty && measured.timed.isEmpty)
    #expect(StudyOutcome(state) == StudyOutcome(expected))
    #expect(state.began?.studyHash == expected.began?.studyHash)
    let results = try measured.results()
    #expect(results.measurement == nil && results.students.allSatisfy { $0.measured == nil })
    try measured.clear("down")
    let later = try run(measured)
    #expect(later.measured.count == 3)
    #expect(StudyOutcome(later) == StudyOutcome(expected))
  }

  @Test("tells the user of the device's error, and that it is no end")
  func tells() throws {
    let measured = try MeasuredStudy()
    try measured.set("down")
    let notes = Notes()
    let worker = try FakeWorker(in: measured.study.temporary)
    let context = StudyContext(
      version: "1", workerCommand: worker.command, workers: 1, threads: 1, report: notes.take,
      isCancelled: { false })
    _ = try StudyRunner(try measured.study.inputs(), context: context).run(through: .distillation)
    let note = try #require(notes.texts.last)
    for part in ["not measured", "device.sh", "status 255: no route to host", "next run"] {
      #expect(note.contains(part), "\(note)")
    }
  }

  @Test("is done once more on a busy device, and then marked")
  func busy() throws {
    let measured = try MeasuredStudy()
    try measured.set("busy")
    let state = try run(measured)
    #expect(state.measured.count == 3)
    #expect(state.measured.allSatisfy { $0.isDisturbed && $0.attempts == 2 && !$0.isSound })
    // The first: twice; the others: reference and student, twice.
    #expect(measured.timed.count == 10)
  }

  @Test("sees by its reference that the device has become slower since the first student")
  func drift() throws {
    let measured = try MeasuredStudy()
    try measured.set("slower")
    let state = try run(measured)
    #expect(state.measured.map(\.isDrifting) == [false, true, true])
    #expect(state.measured.map(\.attempts) == [1, 2, 2])
    let reference = state.measured[0].latencyMilliseconds
    #expect(state.measured.dropFirst().allSatisfy { $0.referenceMilliseconds == 2 * reference })
  }

  @Test("with another protocol than the profile's is kept apart from the front")
  func otherProtocol() throws {
    let measured = try MeasuredStudy(
      settings: """
        , "protocol": {"runtime": "another runtime", "precision": "fp32", "batch": 1, "threads": 1,
          "resolution": "8×8", "affinity": "one core", "thermal": "cooled"}
        """)
    let state = try run(measured)
    #expect(state.measured.count == 3 && state.measured.allSatisfy { !$0.isComparable })
    let results = try measured.results()
    #expect(results.measurement?.reason == .otherProtocol)
    #expect(results.measurement?.front == .predicted)
    #expect(results.students.allSatisfy { $0.measured != nil && $0.measuredCosts == nil })
  }

  @Test("with another command is another measurement")
  func otherCommand() throws {
    let measured = try MeasuredStudy()
    let before = try run(measured).measured
    let script = String(decoding: try measured.study.temporary.read("study.json"), as: UTF8.self)
    try measured.study.temporary.write(
      script.replacing("device.sh' {model}", with: "device.sh' {model} again"), to: "study.json")
    let after = try run(measured).measured
    #expect(after.count == 6 && Array(after.prefix(3)) == before)
    #expect(Set(after.map(\.source)).count == 2)
    #expect(try measured.results().measurement?.reason == .complete)
  }

  @Test("happens on this machine where the profile was measured on one like it")
  func host() throws {
    let machine = HostMachine(processor: "Made-up processor", ramBytes: 1 << 32, caches: [])
    let study = try TinyStudy(MeasuredStudy.text)
    try study.temporary.write(
      deviceProfile(measuredOn: machine.processor, version: "1"), to: "device.json")
    var run = StudyRun(try FakeWorker(in: study.temporary))
    // On another machine there is nothing to measure.
    #expect(try run(study).measured.isEmpty)
    run.machine = machine
    let state = try run(study)
    #expect(state.measured.count == 3)
    #expect(
      state.measured.allSatisfy {
        $0.source == "host" && $0.isComparable && $0.samples >= 60 && $0.latencyMilliseconds > 0
      })
    let results = StudyResults(try study.inputs().definition, state)
    #expect(results.measurement?.front == .measured)
    // What was measured stays, wherever the study is carried on.
    run.machine = HostMachine(processor: "Another", ramBytes: 1, caches: [])
    #expect(try run(study).measured == state.measured)
  }

  @Test("is stopped by the user while the device is at work, and continues")
  func stopped() throws {
    let measured = try MeasuredStudy()
    _ = try run(measured)
    let lines = measured.study.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"event\":\"measured\"") })
    try measured.study.cutJournal(toLines: first + 1)
    try measured.clear("timed")
    let worker = try FakeWorker(in: measured.study.temporary)
    let marker = measured.study.temporary.file("timed")
    let context = StudyContext(
      version: "1", workerCommand: worker.command, workers: 1, threads: 1, report: { _ in },
      isCancelled: { FileManager.default.fileExists(atPath: marker) })
    try measured.set("slow")
    #expect(throws: StudyError.interrupted) {
      try StudyRunner(try measured.study.inputs(), context: context).run(through: .distillation)
    }
    #expect(try measured.state().measured.count == 1)
    try measured.clear("slow")
    #expect(try run(measured).measured.count == 3)
  }
}

/// The notes of a run.
private final class Notes: @unchecked Sendable {
  private let lock = NSLock()
  private var taken: [String] = []

  var texts: [String] { lock.withLock { taken } }

  func take(_ progress: StudyProgress) {
    guard case .note(let text) = progress else { return }
    lock.withLock { taken.append(text) }
  }
}
