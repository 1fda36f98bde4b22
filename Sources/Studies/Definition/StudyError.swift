import FileFormats
import Foundation

/// What keeps a study from running.
public enum StudyError: Error, Hashable, Sendable {
  /// The study was changed after its journal was begun.
  case changed(folder: String, what: String)
  /// A field of `study.json` was changed that the study's results depend on, or as it may not be.
  case cannotGrow(folder: String, change: StudyChange, reason: String, way: String)
  /// `study.json` asks for more than what the journal knows of.
  case hasGrown(folder: String, changes: [StudyChange])
  /// `study.json` was changed, and the journal does not keep what it said.
  case unknownChange(folder: String, version: String)
  /// A whole line of the journal is damaged; half a line at the end is not an error.
  case corruptJournal(path: String, line: Int, reason: String)
  /// The journal has a format that this version does not know.
  case newerJournal(path: String, line: Int, format: Int, known: Int)
  /// A file that the study keeps is not what was written; both hashes are SHA-256 in hexadecimal.
  case damaged(path: String, found: String, expected: String, remedy: String)
  /// Something has come to values that cannot be, such as more right answers than images.
  case impossible(path: String, reason: String)
  /// Another process works on the study; nil where nothing says which.
  case locked(folder: String, owner: LockOwner? = nil)
  /// The file system cannot lock a file, so that nothing keeps two processes from the study; `code` is the
  /// `errno`.
  case cannotLock(path: String, code: Int32)
  /// What was told of a training is not what was told of it before.
  case toldOtherwise(folder: String, training: String, before: String, now: String)
  /// A worker reported that it cannot continue, such as with a full disk.
  case worker(String)
  /// A worker process cannot be started.
  case cannotStartWorker(command: String, reason: String)
  /// The teacher is not what the study needs.
  case teacher(String)
  /// Every training failed.
  case noResults(String)
  /// Something asked for is not there yet.
  case missing(String)
  /// The user interrupted the run; everything finished is in the journal.
  case interrupted
  /// The run has taken what it may; everything finished is in the journal.
  case limitReached(RunLimit)
}

extension StudyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .changed(let folder, let what):
      "\(folder): \(what) has changed since the journal was begun; "
        + "undo the change, or copy study.json into a new folder and run that"
    case .cannotGrow(let folder, let change, let reason, let way):
      "\(folder): study.json: \(change.field) was \(change.before) when the journal was begun and is "
        + "\(change.after) now: \(reason); \(way)"
    case .hasGrown(let folder, let changes):
      "\(folder): study.json asks for more than the journal has ("
        + changes.map(\.description).joined(separator: "; ")
        + "): run autodistill run \(ShellWord.quoted(folder)), which does what is new"
    case .unknownChange(let folder, let version):
      "\(folder): study.json has changed since the journal was begun, and version \(version) did not "
        + "keep in it what it said: undo the change and run autodistill run \(ShellWord.quoted(folder)) "
        + "once, from then on the study may grow; or copy study.json into a new folder and add \"warm_start\": "
        + "[\"\(URL(filePath: folder).path)\"]"
    case .corruptJournal(let path, let line, let reason):
      "\(path):\(line): the journal is damaged here (\(reason)), expected one JSON event per line; "
        + "the lines before it are intact: unless a newer version has written it, cut the file off before "
        + "this line to continue from there"
    case .newerJournal(let path, let line, let format, let known):
      "\(path):\(line): the journal has format \(format), expected at most \(known): a newer version has "
        + "written it; continue with that one"
    case .damaged(let path, let found, let expected, let remedy):
      "\(path): damaged, or another file: its SHA-256 is \(found), expected \(expected), which is in the "
        + "journal; \(remedy)"
    case .impossible(let path, let reason):
      "\(path): a result that cannot be is not written: \(reason)"
    case .locked(let folder, let owner):
      "\(folder): another process is running this study"
        + (owner.map { ": \($0)" } ?? "") + "; wait for it or end it"
    case .cannotLock(let path, let code):
      "\(path): cannot lock: \(String(cString: strerror(code))): this file system keeps nobody else from "
        + "running the study at the same time; put its folder on one that has file locks, such as a local disk, "
        + "or mount this one with them (NFS: without the option nolock)"
    case .toldOtherwise(let folder, let training, let before, let now):
      "\(folder): \(training) was told before with another result (\(before), now \(now)), and what is "
        + "in the journal stays: take it out of the file, or set it back"
    case .worker(let message): message
    case .cannotStartWorker(let command, let reason):
      "cannot start the worker process '\(command)': \(reason)"
    case .teacher(let message): message
    case .noResults(let message): message
    case .missing(let message): message
    case .interrupted: "interrupted; everything finished is kept"
    case .limitReached(let limit): "the limit of \(limit) is reached; everything finished is kept"
    }
  }
}
