import Archives
import Datasets
import Foundation
import Imaging
import Work

/// Finds where photographs were taken from, by COLMAP (Schönberger and Frahm, "Structure-from-motion revisited", 2016),
/// which is run as a program of its own.
struct CameraSearch {
  /// More pairs of pictures than that take longer than the rest together; neighbours in order are matched instead.
  private static let mostForAllPairs = 60

  /// The pictures of a folder that holds no cameras; nil where there are fewer than three.
  static func pictures(in folder: String) -> [String]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return nil
    }
    let pictures = names.filter { NamedViews.isPicture($0) && !$0.hasPrefix(".") }.sorted()
    return pictures.count >= 3 ? pictures : nil
  }

  /// A set of the pictures with the cameras that were found.
  ///
  /// - Parameter place: a folder for what COLMAP writes. What it has found there for the same pictures is taken.
  static func run(_ folder: String, _ pictures: [String], in place: URL, _ work: WorkContext) throws
    -> ReadSet
  {
    let note = place.appendingPathComponent("pictures.sha256")
    let key = Data(
      ([URL(fileURLWithPath: folder).standardizedFileURL.path + "\n"]
        + pictures.map { "\(Digest.sha256(ofFile: folder + "/" + $0) ?? "")  \($0)\n" }).joined()
        .utf8)
    if FileManager.default.contents(atPath: note.path) == key,
      let set = try? SetReader.read(place.path)
    {
      work.log.warn("cameras are those of an earlier run, from --keep-stages")
      return set
    }
    let there = try FileManager.default.contentsOfDirectory(atPath: place.path)
    guard there.isEmpty || there.contains(note.lastPathComponent) else {
      throw InputError(
        "foreign-folder",
        "the folder holds what no earlier run has left there; give --keep-stages another one",
        place.path)
    }
    // Marks the folder as ours; no pictures have this digest.
    try StagedFile.write([], to: note.path)
    // Of an earlier run, and nothing else that may lie there.
    for file in ["database.db", "images", "found", "sparse"] {
      try? FileManager.default.removeItem(at: place.appendingPathComponent(file))
    }
    let set = try search(folder, pictures, in: place, work)
    try StagedFile.write([UInt8](key), to: note.path)
    return set
  }

  private static func search(
    _ folder: String, _ pictures: [String], in place: URL, _ work: WorkContext
  ) throws -> ReadSet {
    let colmap = try ChildProcess("colmap", package: "colmap")
    let log = place.appendingPathComponent("colmap.log")
    let database = place.appendingPathComponent("database.db").path
    let images = place.appendingPathComponent("images")
    let found = place.appendingPathComponent("found")
    // The pictures alone: what lies in folders below them, masks say, is not for COLMAP.
    let whole = URL(fileURLWithPath: folder).standardizedFileURL
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    for name in pictures {
      try FileManager.default.createSymbolicLink(
        at: images.appendingPathComponent(name),
        withDestinationURL: whole.appendingPathComponent(name))
    }
    try FileManager.default.createDirectory(at: found, withIntermediateDirectories: true)
    // It opens windows otherwise.
    let environment = ["QT_QPA_PLATFORM": "offscreen"]
    func step(_ arguments: [String], _ share: Double) throws {
      try colmap.run(arguments, log: log, environment: environment, work)
      work.progress.update(share)
    }
    let threads = String(work.threads)
    try step(
      [
        "feature_extractor", "--database_path", database, "--image_path", images.path,
        "--ImageReader.single_camera", try isOneCamera(folder, pictures) ? "1" : "0",
        "--ImageReader.camera_model", "SIMPLE_RADIAL", "--SiftExtraction.use_gpu", "0",
        "--SiftExtraction.max_image_size", "1600", "--SiftExtraction.num_threads", threads,
      ], 0.3)
    let matcher = pictures.count <= mostForAllPairs ? "exhaustive_matcher" : "sequential_matcher"
    try step(
      [
        matcher, "--database_path", database, "--SiftMatching.use_gpu", "0",
        "--SiftMatching.num_threads", threads,
      ], 0.8)
    try step(
      [
        "mapper", "--database_path", database, "--image_path", images.path, "--output_path",
        found.path, "--Mapper.num_threads", threads,
      ], 1)
    return try best(of: found, place, pictures.count, folder, work)
  }

  /// The model with the most cameras; COLMAP begins another where pictures do not hang together.
  private static func best(
    of found: URL, _ place: URL, _ count: Int, _ folder: String, _ work: WorkContext
  ) throws -> ReadSet {
    let models = (try? FileManager.default.contentsOfDirectory(atPath: found.path)) ?? []
    let sparse = place.appendingPathComponent("sparse")
    func read(_ model: String) throws -> ReadSet {
      try? FileManager.default.removeItem(at: sparse)
      try FileManager.default.copyItem(at: found.appendingPathComponent(model), to: sparse)
      return try SetReader.read(place.path)
    }
    let sizes = try models.sorted().map { ($0, try read($0).views.count) }
    guard let best = try sizes.max(by: { $0.1 < $1.1 }).map({ try read($0.0) }),
      best.views.count >= 3
    else {
      throw InputError(
        "no-cameras",
        "COLMAP found no cameras for these pictures: they need much in common, one to the next, and detail",
        folder)
    }
    if best.views.count < count {
      work.log.warn(
        "COLMAP found cameras for \(best.views.count) of \(count) pictures; the others are left out"
      )
    }
    return best
  }

  private static func isOneCamera(_ folder: String, _ pictures: [String]) throws -> Bool {
    var sizes: Set<SIMD2<Int>> = []
    for name in pictures {
      let image = try InputPicture.read(folder + "/" + name, upright: false)
      sizes.insert([image.width, image.height])
    }
    return sizes.count == 1
  }
}
