import Foundation

/// Opens a set whose layout is found out by its files.
public enum SetReader {
  /// Throws where there is nothing that could be a set; what is wrong with one stands in its problems.
  public static func read(_ path: String) throws -> ReadSet {
    if ["h5", "hdf5"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) {
      return try HDF5SetReader.read(path)
    }
    let files = try SetFiles(path: path)
    guard !files.names.isEmpty else { throw ReadingError("there is no file in it", path) }
    var set: ReadSet
    let transforms = TransformsReader.names(files)
    let model = ColmapReader.folder(files)
    if !transforms.isEmpty {
      set = try TransformsReader.read(files, transforms, path)
      if let model {
        let other = try ColmapReader.read(files, model)
        set.points = TransformsReader.points(of: other, in: set)
        set.problems += other.problems + ColmapReader.differences(other, set, model)
      }
    } else if let model {
      set = try ColmapReader.read(files, model)
    } else if files.names.contains(where: { $0.hasSuffix("cameras_sphere.npz") }) {
      set = try MatrixReaders.neus(files)
    } else if files.names.contains(where: { $0.hasSuffix("scene_camera.json") }) {
      set = try MatrixReaders.bop(files)
    } else if files.names.contains(where: MatrixReaders.isZero123) {
      set = try MatrixReaders.zero123(files)
    } else {
      throw ReadingError(
        "no cameras are in it: no transforms*.json, COLMAP model, cameras_sphere.npz, scene_camera.json or 000.npy",
        path)
    }
    set.problems += FileChecks.problems(files, path)
    return set
  }
}

/// What is wrong with the files of a set, whatever they hold.
enum FileChecks {
  static func problems(_ files: SetFiles, _ path: String) -> [SetProblem] {
    var problems = files.repeated.map {
      SetProblem(
        "repeated-name", "the archive holds this name twice; which one is read is chance", at: $0)
    }
    for name in files.names
    where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      problems.append(
        SetProblem("unsafe-name", "the name leads out of the folder it is unpacked to", at: name))
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
