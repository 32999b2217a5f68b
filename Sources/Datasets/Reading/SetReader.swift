import Foundation
import LinearMath

/// Opens a set whose layout is found out by its files.
public enum SetReader {
  /// Throws where there is nothing that could be a set; what is wrong with one stands in its problems. Of several
  /// sets in one place the first.
  public static func read(_ path: String) throws -> ReadSet { try readAll(path)[0] }

  /// All sets at a place: the one whose cameras lie at its top, with what it keeps for testing in folders of their
  /// own; or those of the folders and archives in it, or of the groups of an HDF5 file. Each has its `name`.
  public static func readAll(_ path: String) throws -> [ReadSet] {
    if ["h5", "hdf5"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) {
      return try HDF5SetReader.readAll(path)
    }
    let files = try SetFiles(path: path)
    guard !files.names.isEmpty else { throw ReadingError("there is no file in it", path) }
    if let set = try readTop(files) {
      // instant-ngp trains on all that lies beside its pictures, so views for testing lie below.
      let held = ["val", "test"].filter { files.has($0 + "/transforms.json") }
      return [set] + (try held.compactMap { try named($0, readTop(files.inside($0))) })
    }
    var sets = try files.folders.compactMap { try named($0, readTop(files.inside($0))) }
    if files.isFolder {
      let archives = files.names.filter {
        ["zip", "tar", "h5", "hdf5"].contains(($0 as NSString).pathExtension.lowercased())
      }
      for archive in archives {
        sets += try readAll(path + "/" + archive).map { set in
          named(set.name.isEmpty ? archive : archive + "/" + set.name, set)!
        }
      }
    }
    guard !sets.isEmpty else {
      throw ReadingError(
        "no cameras are in it: no transforms*.json, COLMAP model, cameras_sphere.npz, scene_camera.json or 000.npy",
        path, code: ReadingError.noCameras)
    }
    return sets
  }

  private static func named(_ name: String, _ set: ReadSet?) -> ReadSet? {
    var set = set
    set?.name = name
    return set
  }

  /// The set whose cameras lie at the top of these files; nil where none do.
  private static func readTop(_ files: SetFiles) throws -> ReadSet? {
    // Other people's cameras beside a transforms.json must tell the same.
    let transforms = TransformsReader.names(files)
    let other = try own(files)
    guard
      var set = try transforms.isEmpty
        ? other : TransformsReader.read(files, transforms, files.path)
    else { return nil }
    if !transforms.isEmpty, let other {
      set.points = TransformsReader.points(of: other, in: set)
      set.problems += other.problems + differences(other, set)
    }
    set.cloud = try CloudReader.read(files, transforms.isEmpty ? [] : ["points3D.ply"])
    set.problems += FileChecks.problems(files)
    return set
  }
}

extension SetReader {
  /// The cameras that a set has in a form of its own; nil where it has none.
  private static func own(_ files: SetFiles) throws -> ReadSet? {
    if let folder = ColmapReader.folder(files) { return try ColmapReader.read(files, folder) }
    // Deeper ones belong to sets of their own.
    func isNear(_ name: String, folders: Int) -> Bool { name.count { $0 == "/" } <= folders }
    if files.names.contains("cameras_sphere.npz") {
      return try MatrixReaders.neus(files)
    }
    if files.names.contains(where: { $0.hasSuffix("scene_camera.json") && isNear($0, folders: 2) })
    {
      return try MatrixReaders.bop(files)
    }
    return files.names.contains(where: { MatrixReaders.isZero123($0) && isNear($0, folders: 0) })
      ? try MatrixReaders.zero123(files) : nil
  }

  /// Where two descriptions of the same pictures disagree. Their units may differ.
  private static func differences(_ one: ReadSet, _ other: ReadSet) -> [SetProblem] {
    let others = Dictionary(
      other.views.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let pairs = one.views.compactMap { view in others[view.name].map { (view, $0) } }
    func distance(_ view: ReadView) -> Double { view.worldFromCamera.translation.length }
    guard let far = pairs.max(by: { distance($0.0) < distance($1.0) }), distance(far.0) > 0 else {
      return []
    }
    let unit = distance(far.1) / distance(far.0)
    for (view, other) in pairs {
      let (a, b) = (view.worldFromCamera, other.worldFromCamera)
      let turned = zip(a.linear.rows.joined(), b.linear.rows.joined()).map { abs($0 - $1) }.max()!
      let moved = (a.translation * unit - b.translation).length / distance(far.1)
      if max(turned, moved) > 1e-4 {
        return [
          SetProblem(
            "models-disagree",
            "the cameras of \(one.kind) and of transforms.json place this view differently, by \(Float(max(turned, moved)))",
            at: view.name)
        ]
      }
    }
    return []
  }
}

/// What is wrong with the files of a set, whatever they hold.
enum FileChecks {
  static func problems(_ files: SetFiles) -> [SetProblem] {
    var problems = files.repeated.map {
      SetProblem(
        "repeated-name", "the archive holds this name twice; which one is read is chance", at: $0)
    }
    for name in files.names
    where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      problems.append(
        SetProblem("name-outside", "the name leads out of the folder it is unpacked to", at: name))
    }
    for name in files.names where name.lowercased().hasSuffix(".ply") {
      guard !name.contains("obj_"), !name.hasSuffix("mesh.ply"), let bytes = try? files.read(name)
      else { continue }
      let header = String(decoding: bytes.prefix(4096), as: UTF8.self)
      let isCloud = !header.contains("element face")
      let wanted = ["nx", "ny", "nz", "red", "green", "blue"].filter {
        !header.contains(" \($0)\n")
      }
      if isCloud && !wanted.isEmpty {
        problems.append(
          SetProblem(
            "cloud-properties", isError: false,
            "the cloud lacks \(wanted.joined(separator: ", ")); 3D Gaussian Splatting then drops it silently",
            at: name))
      }
    }
    return problems
  }
}
