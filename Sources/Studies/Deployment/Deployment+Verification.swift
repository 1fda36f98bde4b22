import FileFormats
import Foundation

extension Deployment {
  /// Returns for each file of each version whether it is what was exported, and whether what says which one is in use can
  /// be read; nothing is changed.
  ///
  /// - Parameter folder: The study's, in which the deployment lies.
  /// - Throws: `FileFormatError` if a file is there and cannot be read.
  public func verification(in folder: StudyFolder) throws -> [StudyVerification.Item] {
    var items: [StudyVerification.Item] = []
    for number in versions() {
      let place = folder.relative(self.folder(of: number))
      let version: DeployedVersion
      do {
        version = try self.version(number)
      } catch {
        items.append(
          .init(
            path: "\(place)/\(DeployedVersion.fileName)", condition: .damaged, detail: "\(error)"))
        continue
      }
      for file in version.files {
        let path = "\(place)/\(file.path)"
        let found = try folder.hash(of: path)
        let isIntact = found == file.sha256
        items.append(
          .init(
            path: path, condition: isIntact ? .intact : found == nil ? .missing : .damaged,
            detail: isIntact ? "" : "SHA-256 \(found ?? "of nothing"), expected \(file.sha256)"))
      }
    }
    guard exists else { return items }
    items.append(currentItem(in: folder))
    if let item = historyItem(in: folder) { items.append(item) }
    return items
  }

  /// Whether `current` leads to a version that is there.
  private func currentItem(in folder: StudyFolder) -> StudyVerification.Item {
    let path = folder.relative(current)
    func item(_ condition: StudyVerification.Condition, _ detail: String) -> StudyVerification.Item
    {
      .init(
        path: path, condition: condition, detail: detail,
        remedy: condition == .intact
          ? nil : "autodistill rollback \(folder.shellWord) VERSION")
    }
    do {
      guard let version = try currentVersion() else {
        return item(.missing, "nothing says which version is in use")
      }
      return versions().contains(version)
        ? item(.intact, "") : item(.damaged, "it leads to version \(version), which is not there")
    } catch {
      return item(.damaged, "\(error)")
    }
  }

  /// Whether the history can be read; nil where none was written.
  private func historyItem(in folder: StudyFolder) -> StudyVerification.Item? {
    guard FileManager.default.fileExists(atPath: historyFile) else { return nil }
    do {
      _ = try history()
      return .init(path: folder.relative(historyFile), condition: .intact, detail: "")
    } catch {
      return .init(path: folder.relative(historyFile), condition: .damaged, detail: "\(error)")
    }
  }
}
