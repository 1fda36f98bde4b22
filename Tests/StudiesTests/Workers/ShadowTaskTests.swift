import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a shadow of a student")
struct ShadowTaskTests {
  private let work = StudentTask.ShadowWork(number: 3, isBaseline: false)

  @Test("is asked for by name, number and kind, and known by them", arguments: [false, true])
  func requests(isBaseline: Bool) throws {
    let work = StudentTask.ShadowWork(number: 3, isBaseline: isBaseline)
    let request = WorkerRequest(id: 5, task: StudentTask(.shadow(work), key: "010"))
    let sent = try JSONDecoder().decode(WorkerRequest.self, from: JSONEncoder().encode(request))
    #expect(sent == request)
    #expect(request.task.words == "student 010, shadow 3" + (isBaseline ? " without teacher" : ""))
    let full = StudentTask.FullWork(repetition: 3, isBaseline: isBaseline)
    #expect(request.task.fileName != StudentTask(.full(full), key: "010").fileName)
    #expect(request.task.name(flashFraction: 0.1) == nil)
    var limits = TrialLimits()
    limits.fullMinutes = 2
    #expect(request.task.timeLimitSeconds(limits) == 120)
  }

  @Test(
    "of the teacher is asked for by its number, has no time limit, and a file in the teacher's folder"
  )
  func teacher() throws {
    let request = WorkerRequest(id: 5, task: StudentTask(.teacherShadow(3), key: "010"))
    let sent = try JSONDecoder().decode(WorkerRequest.self, from: JSONEncoder().encode(request))
    #expect(sent == request)
    #expect(request.task.words == "teacher, shadow 3")
    #expect(request.task.name(flashFraction: 0.1) == nil)
    var limits = TrialLimits()
    limits.fullMinutes = 2
    #expect(request.task.timeLimitSeconds(limits) == nil)
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    let file = ShadowFile(ofTeacher: 3, in: folder)
    try Folder.create(file.unfinished)
    try AtomicFile.write("unfinished", to: file.unfinished + "/checkpoint.safetensors")
    try file.write([1, 2], of: "one")
    #expect(file.isOf("one") && !FileManager.default.fileExists(atPath: file.unfinished))
    #expect(
      try SealedFiles(folder).files == [
        SealedFiles.File(
          path: "teacher/shadow-3.safetensors", kind: .shadow, check: .intact)
      ])
  }

  @Test("of the teacher learns from the half that the student's shadow of that number learns from")
  func halves() throws {
    let inputs = try TinyStudy().inputs()
    let (first, second) = (try inputs.teacherShadow(0), try inputs.teacherShadow(1))
    let identities = Set([
      try first.identity(), try second.identity(), try inputs.teacher.identity(),
    ])
    #expect(identities.count == 3)
    #expect(try inputs.teacherShadow(0).identity() == first.identity())
    #expect(first.keptFiles == [inputs.folder.teacherShadow(0) + "/weights.safetensors"])
  }

  @Test("leaves a file that names its training, in place of the checkpoint")
  func files() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    try Folder.create(folder.candidate("010"))
    let file = ShadowFile(of: "010", work, in: folder)
    #expect(!file.isOf("one"))
    try AtomicFile.write("unfinished", to: file.unfinished)
    try file.write([0.5, .nan, -2], of: "one")
    #expect(file.isOf("one") && !file.isOf("another"))
    let read = try file.confidences(count: 3)
    #expect(read[0] == 0.5 && read[1].isNaN && read[2] == -2)
    #expect(!FileManager.default.fileExists(atPath: file.unfinished))
    expectError([file.path, "shape [3]", "expected 4 values"]) {
      _ = try file.confidences(count: 4)
    }
    let baseline = ShadowFile(
      of: "010", StudentTask.ShadowWork(number: 3, isBaseline: true), in: folder)
    #expect(baseline.path != file.path && !baseline.isOf("one"))
    expectError([baseline.path]) { _ = try baseline.confidences(count: 3) }
  }
}
