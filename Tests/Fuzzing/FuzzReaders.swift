import Foundation

/// `fuzz-readers`: hands damaged files to every reader of the project and watches what they do.
///
///     fuzz-readers [--inputs N] [--minutes M] [--seed S] [--reader NAME]… [--findings DIR]
///
/// Each reader has whole files, written by the project's own writers or committed with it, of which every input is a
/// mutation, known by its number: the same seed gives the same inputs. A reader may read an input or refuse it with
/// an error. Anything else is a finding: a trap, more than a second of processor time, memory beyond ten times the
/// input and 64 MiB, an error without words or with pages of them. Readers run in processes of their own, batch by
/// batch, so that a trap costs one input; what is found lands in DIR, `READER-SEED-NUMBER`.
///
/// Exit status: 0 nothing found, 1 something, 2 wrong usage.
@main
struct FuzzReaders {
  static func main() {
    do {
      exit(try run(Array(CommandLine.arguments.dropFirst())))
    } catch {
      say("fuzz-readers: \(error)")
      exit(2)
    }
  }

  private static func run(_ arguments: [String]) throws -> Int32 {
    switch arguments.first {
    case "list":
      for reader in Reader.all { say(reader.name) }
      return 0
    case Batch.verb: return try Batch(arguments.dropFirst()).run()
    case "replay": return try replay(Array(arguments.dropFirst()))
    default: return try Campaign(options(arguments)).run()
    }
  }

  /// `replay READER FILE`: hands one file to a reader, outside of any limit.
  private static func replay(_ arguments: [String]) throws -> Int32 {
    guard arguments.count == 2, let reader = Reader.named(arguments[0]) else {
      throw Usage("replay READER FILE")
    }
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: arguments[1])))
    let input = try Input(bytes, for: reader)
    do {
      try reader.read(input)
      say("read")
    } catch {
      say("refused: \(error)")
    }
    return 0
  }

  private static func options(_ arguments: [String]) throws -> Campaign.Options {
    var options = Campaign.Options()
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Usage("\(name) VALUE") }
      switch name {
      case "--inputs": options.inputs = try number(value)
      case "--minutes": options.minutes = try number(value)
      case "--seed": options.seed = UInt64(try number(value))
      case "--findings": options.findings = value
      case "--reader":
        guard let reader = Reader.named(value) else {
          throw Usage("--reader, one of \(Reader.all.map(\.name).joined(separator: ", "))")
        }
        options.readers = (options.readers ?? []) + [reader]
      default:
        throw Usage("[--inputs N] [--minutes M] [--seed S] [--reader NAME]… [--findings DIR]")
      }
    }
    return options
  }

  static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number >= 0 else { throw Usage("whole numbers, not '\(text)'") }
    return number
  }
}

/// Prints a line at once, also where lines are collected in a pipe.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// The command line is none of this program's.
struct Usage: Error, CustomStringConvertible {
  let expected: String
  init(_ expected: String) { self.expected = expected }
  var description: String { "expected \(expected)" }
}
