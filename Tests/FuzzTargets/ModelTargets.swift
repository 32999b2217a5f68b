import Archives
import Foundation
import Formats
import Scenes
import Work

/// Model files. What is read must also be written, and read again with as many triangles.
enum ModelTargets {
  static func run(_ bytes: [UInt8], as format: SceneFormat) {
    check(try? SceneFile.read(bytes, as: format, log: LogSink()))
    // The tolerant door has ways of its own.
    _ = try? SceneFile.read(bytes, as: format, log: LogSink(), isTolerant: true)
  }

  /// A 3MF package; or the XML of its model, which is put into one, since no fuzzer guesses a ZIP's checksums.
  static func runPackage(_ bytes: [UInt8]) {
    if bytes.starts(with: Array("PK".utf8)) { return run(bytes, as: .threeMF) }
    let entries: [(name: String, bytes: [UInt8])] = [
      ("_rels/.rels", Array(relations.utf8)), ("3D/3dmodel.model", bytes),
    ]
    guard let package = try? DeflatedZip.bytes(entries, stored: Set(entries.map(\.name))) else {
      return
    }
    run(package, as: .threeMF)
  }

  private static let relations = """
    <?xml version="1.0"?><Relationships \
    xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
    <Relationship Id="r" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel" \
    Target="/3D/3dmodel.model"/></Relationships>
    """

  static func runArchive(_ bytes: [UInt8]) {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("maquette-fuzz-\(ProcessInfo.processInfo.processIdentifier).zip").path
    guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return }
    defer { try? FileManager.default.removeItem(atPath: path) }
    check(try? SceneFile.read(path, log: LogSink()))
    if let archive = try? ArchiveReader(bytes) {
      _ = try? archive.read(Set(archive.names), byteLimit: 1 << 24)
    }
  }

  private static func check(_ scene: Scene?) {
    guard let scene, (1...100_000).contains(scene.triangleCount),
      let files = try? SceneFile.encode(scene, as: .glb, stem: "again", log: LogSink())
    else { return }
    let again: Scene
    do throws(FormatError) {
      again = try SceneFile.read(files[0].bytes, as: .glb, log: LogSink())
    } catch {
      fatalError("broken promise: what was written is read again: \(error)")
    }
    promise(again.triangleCount == scene.triangleCount, "as many triangles are read as written")
  }
}
