import FileFormats
import Foundation

/// A journal as far as it has been read.
struct JournalReading {
  var state = StudyState()
  var chain = JournalChain()

  /// Takes in the next line.
  ///
  /// - Parameter path: The journal's, for errors.
  /// - Throws: `StudyError.corruptJournal` saying what is wrong with the line, `.newerJournal` if a newer version
  ///   has written it.
  mutating func take(_ line: ArraySlice<UInt8>, _ number: Int, path: String) throws {
    if let format = JournalReading.format(of: line), format > Journal.format {
      throw StudyError.newerJournal(
        path: path, line: number, format: format, known: Journal.format)
    }
    do {
      try take(line, number)
    } catch let damage as JSONLines.Damage {
      throw StudyError.corruptJournal(path: path, line: damage.line, reason: damage.reason)
    }
  }

  private mutating func take(_ line: ArraySlice<UInt8>, _ number: Int) throws {
    let doubt = chain.problem(with: line)
    // A line whose checksum is wrong may say anything; one that has none says best itself what it lacks.
    if let doubt, JournalChain.isSealed(line) {
      throw JSONLines.Damage(line: number, reason: doubt)
    }
    let event = try JSONLines.decode(line, as: JournalEvent.self, line: number)
    if let problem = doubt ?? unsealedProblem(with: event) ?? event.impossibility
      ?? state.problem(with: event)
    {
      throw JSONLines.Damage(line: number, reason: problem)
    }
    state.apply(event)
  }

  /// Returns what is wrong with a line without a checksum; nil for one that has it.
  private func unsealedProblem(with event: JournalEvent) -> String? {
    guard chain.uncheckedCount == chain.lineCount else { return nil }
    if case .began(let began) = event {
      return (began.format ?? 1) > 1
        ? "it has no checksum, though journals of format \(began.format ?? 1) have them" : nil
    }
    return state.began == nil
      ? "it is the first line, which has to say what the study is made from (event began)" : nil
  }

  /// Returns the format that a line says the journal has; nil if it says nothing of it.
  private static func format(of line: ArraySlice<UInt8>) -> Int? {
    struct Format: Decodable { var format: Int? }
    guard line.contains(text: "\"format\":") else { return nil }
    return (try? JSONDecoder().decode(Format.self, from: Data(line)))?.format
  }
}

extension ArraySlice<UInt8> {
  /// Whether a text's bytes are somewhere among these.
  ///
  /// - Precondition: The text is not empty.
  func contains(text: StaticString) -> Bool {
    let (wanted, count) = (text.utf8Start, text.utf8CodeUnitCount)
    return withUnsafeBytes { bytes in
      var rest = bytes[...]
      while rest.count >= count, let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
        let found = memchr(start, Int32(wanted.pointee), rest.count - count + 1)
      {
        if memcmp(found, wanted, count) == 0 { return true }
        rest = rest.dropFirst(UnsafeRawPointer(found) - start + 1)
      }
      return false
    }
  }
}
