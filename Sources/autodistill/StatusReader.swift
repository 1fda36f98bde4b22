import DeviceMeasurement
import Foundation
import Reports
import Studies

/// Reads how a study is getting on, while it runs or not. Nothing is written, and half a line at the end of
/// the journal does not matter.
struct StatusReader {
  private let folder: StudyFolder
  private let files: StudyFiles
  /// The journal's size and time when its state was read.
  private var known: (size: Int, changed: Date)?
  private var state = StudyState()
  private var folderBytes = 0

  init(_ folder: StudyFolder) throws {
    self.folder = folder
    files = try StudyFiles(folder)
  }

  /// Returns the status as it is now.
  ///
  /// - Throws: As the journal's reading.
  mutating func read() throws -> StudyStatus {
    // The lock first: a run that ends in between has then written all that it wanted to.
    let isRunning = StudyLock.isHeld(folder)
    let run = RunProgress.read(folder)
    let attributes = try? FileManager.default.attributesOfItem(atPath: folder.journal)
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    let changed = attributes?[.modificationDate] as? Date
    if known == nil || known?.size != size || known?.changed != changed {
      state = try Journal.state(of: folder)
      known = changed.map { (size, $0) }
      folderBytes = StatusReader.bytes(in: folder.path)
    }
    return StudyStatus(
      files: files, state: state, run: run, isRunning: isRunning,
      workers: HostMachine.usableCores(),
      lastEventSeconds: changed.map { Date().timeIntervalSince($0) }, folderBytes: folderBytes,
      hasReport: FileManager.default.fileExists(atPath: folder.report + "/index.html"))
  }

  /// Returns what a folder's files hold together.
  private static func bytes(in folder: String) -> Int {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return 0 }
    var sum = 0
    while names.nextObject() != nil {
      if names.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        sum += (names.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0
      }
    }
    return sum
  }
}
