import Datasets
import DeviceMeasurement
import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Statistics
import Studies
import TensorKernels

/// What the command's exit status means; a part of its interface.
enum ExitStatus: Int32, CaseIterable {
  case success = 0
  case requirementNotMet = 1
  case badUsage = 2
  case badInput = 3
  case nothingFeasible = 4
  case failed = 5
  case limitReached = 6
  case commandsNotAllowed = 7
  case watched = 8
  case drifted = 9
  case hungUp = 129
  case interrupted = 130
  case terminated = 143

  var meaning: String {
    switch self {
    case .success: "done"
    case .requirementNotMet:
      "check, profile check: a requirement is not met; export --verify: the file differs; "
        + "teacher verify: a result is wrong"
    case .badUsage: "the command line cannot be understood"
    case .badInput: "a file is missing, damaged or says something impossible"
    case .nothingFeasible: "no student meets the constraints; the report names the nearest ones"
    case .failed:
      "the study could not continue (disk, worker, teacher, device); everything finished is kept"
    case .limitReached:
      "a limit of this run (--max-…) was reached; everything finished is kept, the same command continues"
    case .commandsNotAllowed:
      "the study would run commands that have not been allowed on this machine; nothing was run"
    case .watched: "monitor: new images differ from the student's reference, a little"
    case .drifted: "monitor: new images differ from the student's reference, too much to rely on it"
    case .hungUp: "stopped because the terminal has gone (SIGHUP); the same command continues"
    case .interrupted: "stopped by Ctrl-C (SIGINT); the same command continues"
    case .terminated: "stopped by SIGTERM; the same command continues"
    }
  }

  /// Whether the run ended before the study did, with all that is finished kept.
  var isPause: Bool { [.limitReached, .hungUp, .interrupted, .terminated].contains(self) }

  /// The status that an error ends the command with.
  init(_ error: any Error) {
    switch error {
    case is UsageError: self = .badUsage
    case is CommandRefusal: self = .commandsNotAllowed
    case StudyError.interrupted: self = Interruption.status
    case StudyError.limitReached: self = .limitReached
    case SimulationError.nothingFeasible: self = .nothingFeasible
    case StudyError.corruptJournal, StudyError.newerJournal, StudyError.damaged,
      StudyError.changed, StudyError.missing, StudyError.cannotGrow, StudyError.hasGrown,
      StudyError.unknownChange, StudyError.toldOtherwise:
      self = .badInput
    case is LinearAlgebraMemory.Refused, is CannotStartThread: self = .failed
    case is StudyError, is CommandDeviceError, is LatencyError: self = .failed
    case FileFormatError.system(_, let operation, let code)
    where !["open", "read", "map", "examine"].contains(operation)
      || [ENOMEM, EMFILE, ENFILE, EIO].contains(code):
      // What the file holds is not to blame.
      self = .failed
    default: self = .badInput
    }
  }
}
