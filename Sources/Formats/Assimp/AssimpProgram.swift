import Archives
import Foundation
import LinearMath
import Scenes
import Work

/// The program that holds Debian's Open Asset Import Library: `maquette-assimp`, which lies beside `maquette`.
///
/// Its readers crash on damaged files, so they run in a process of their own, with limits on memory and time;
/// what they read comes back as GLB.
enum AssimpProgram {
  /// Reads a file of one of the foreign formats.
  static func read(_ path: String, door: MeshDoor) throws(FormatError) -> Scene {
    try ScratchFolder.use { (folder) throws(FormatError) in
      let glb = folder.appendingPathComponent("model.glb")
      guard FileManager.default.isReadableFile(atPath: path) else {
        throw FormatError("missing-file", "the file is not there", at: path)
      }
      let said = try run(["import", path, glb.path], in: folder, at: path, door.cancellation)
      guard let bytes = FileManager.default.contents(atPath: glb.path) else {
        throw FormatError("unreadable-model", "its reader found nothing in it", at: path)
      }
      do throws(FormatError) {
        // The library's exporter marks its triangles in an extension of its own.
        let log = LogSink()
        let inner = MeshDoor(log: log, isTolerant: door.isTolerant, cancellation: door.cancellation)
        defer { log.warnings.filter { !$0.contains("FB_ngon_encoding") }.forEach(door.log.warn) }
        var scene = try GLTFReader.read([UInt8](bytes), path: path, door: inner)
        scene.extensions = []
        scene.unit = try SceneFormat(path: path).unit
        return inUnits(of: said, scene)
      } catch {
        throw error.inside(path)
      }
    }
  }

  /// A scene as FBX, with its pictures beside it.
  static func fbx(
    _ scene: Scene, stem: String, log: LogSink, _ cancellation: Cancellation
  ) throws(FormatError) -> [(name: String, bytes: [UInt8])] {
    try ScratchFolder.use { (folder) throws(FormatError) in
      if let losses = scene.lossesInFBX { log.warn(losses) }
      let plain = plainName(stem)
      let files = GLTFWriter.files(scene.inPlainPictures(log), stem: plain)
      let fbx = folder.appendingPathComponent("model.fbx")
      do {
        for file in files {
          try Data(file.bytes).write(to: folder.appendingPathComponent(file.name))
        }
      } catch {
        throw FormatError(
          "temporary-folder", error.localizedDescription, at: folder.path, kind: .unwritableOutput)
      }
      let source = folder.appendingPathComponent(plain + ".gltf")
      do throws(FormatError) {
        _ = try run(["fbx", source.path, fbx.path], in: folder, at: stem + ".fbx", cancellation)
      } catch {
        guard error.code == "unreadable-model" else { throw error }
        throw FormatError(
          "unwritable-model", error.message, at: error.place, kind: .unwritableOutput)
      }
      guard let bytes = FileManager.default.contents(atPath: fbx.path) else {
        throw FormatError(
          "unwritable-model", "the library wrote nothing", at: stem + ".fbx",
          kind: .unwritableOutput)
      }
      let pictures = files.filter { !$0.name.hasSuffix(".gltf") && !$0.name.hasSuffix(".bin") }
      return [(stem + ".fbx", [UInt8](bytes))] + pictures
    }
  }

  /// The library takes references as they are written, so nothing in them may need escaping. Names that differ in
  /// what is replaced stay different.
  private static func plainName(_ stem: String) -> String {
    let plain = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return plain == stem ? stem : plain + "_" + Digest.sha256(of: Array(stem.utf8)).prefix(8)
  }

  // MARK: The program

  /// Lies beside this program, or under its prefix; or where `MAQUETTE_ASSIMP` says.
  private static func program() throws(FormatError) -> ChildProcess {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["MAQUETTE_ASSIMP"]
    let places = [
      named, own.path + "/maquette-assimp", own.path + "/../libexec/maquette/maquette-assimp",
    ]
    for place in places.compactMap({ $0 }) where FileManager.default.isExecutableFile(atPath: place)
    {
      return ChildProcess(executable: URL(fileURLWithPath: place), package: "libassimp5")
    }
    throw FormatError(
      "missing-program",
      "maquette-assimp, which reads and writes this format, does not lie beside maquette; build it with: "
        + "swift build -c release --product maquette-assimp", at: own.path, kind: .missingDependency
    )
  }

  /// What it said, line by line.
  private static func run(
    _ words: [String], in folder: URL, at place: String, _ cancellation: Cancellation
  ) throws(FormatError) -> [Substring] {
    let program = try program()
    let log = folder.appendingPathComponent("words")
    func said() -> [Substring] {
      let words = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      return words.split(whereSeparator: \.isNewline)
    }
    do {
      let work = WorkContext(threads: 1, cancellation: cancellation)
      try program.run(words, log: log, environment: ["LC_ALL": "C"], work)
      return said()
    } catch is WorkCancelled {
      throw FormatError("cancelled", "cancelled", at: place)
    } catch {
      throw FormatError(
        "unreadable-model",
        said().last.map { "its reader says: \($0)" }
          ?? "its reader broke down; the file is damaged, or larger than it can take", at: place)
    }
  }

  /// FBX says how many centimetres its numbers are; COLLADA was brought to metres by its reader, which is what
  /// the scene says already. The others say nothing.
  private static func inUnits(of said: [Substring], _ scene: Scene) -> Scene {
    var scene = scene
    guard let line = said.first(where: { $0.hasPrefix("unit-scale ") }),
      let scale = Double(line.dropFirst(11))
    else { return scene }
    let known: [Double: LengthUnit] = [
      0.1: .millimeters, 1: .centimeters, 2.54: .inches, 100: .meters,
    ]
    scene.unit = known[scale]
    if scene.unit == nil {
      let factor = Matrix4(linear: Matrix3(scale: scale))
      scene = scene.transformed(by: factor)
      scene.unit = .centimeters
    }
    return scene
  }
}
