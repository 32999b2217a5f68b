import Foundation
import LinearMath
import Settings
import Views

/// `transforms.json`, the three files of NeRF's synthetic scenes, TRELLIS's, and the samples of our tars.
enum TransformsReader {
  /// The files at the top that hold cameras: `transforms.json` alone where there is one.
  static func names(_ files: SetFiles) -> [String] {
    let names = files.names.filter {
      $0.hasPrefix("transforms") && $0.hasSuffix(".json") && !$0.contains("/")
    }
    return names.contains("transforms.json") ? ["transforms.json"] : names.sorted()
  }

  static func read(_ files: SetFiles, _ names: [String], _ path: String) throws -> ReadSet {
    var set = ReadSet(kind: "transforms", pictures: FilePictures(files: files))
    for name in names {
      let json: JSONValue
      do {
        json = try JSONValue(parsing: Data(try files.read(name)))
      } catch let error as JSONError {
        throw ReadingError("the file is not JSON: \(error.reason)", path + "/" + name)
      }
      guard let frames = json["frames"]?.array else {
        throw ReadingError("there is no list \"frames\" in it", path + "/" + name)
      }
      for (index, frame) in frames.enumerated() {
        add(frame, index, json, name, files, to: &set)
      }
      check(json, frames, name, files, &set.problems)
      if let scale = json["model_scale"]?.double,
        let offset = json["model_offset"]?.array?.compactMap(\.double), offset.count == 3
      {
        set.model = ModelTransform(scale: scale, offset: [offset[0], offset[1], offset[2]])
      }
    }
    return set
  }

  private static func add(
    _ frame: JSONValue, _ index: Int, _ json: JSONValue, _ name: String, _ files: SetFiles,
    to set: inout ReadSet
  ) {
    let place = "\(name), frame \(index)"
    guard let path = frame["file_path"]?.string else {
      set.problems.append(SetProblem("no-path", "the frame names no picture", at: place))
      return
    }
    guard let image = files.resolve(path) else {
      set.problems.append(SetProblem("missing-file", "the picture \(path) is not there", at: place))
      return
    }
    guard let matrix = matrix(frame["transform_matrix"]) else {
      set.problems.append(
        SetProblem("bad-pose", "there is no transform_matrix of 4 x 4 numbers", at: place))
      return
    }
    var view = ReadView(
      name: image, worldFromCamera: matrix, intrinsics: lens(frame, json), image: .file(image))
    view.distortion = distortion(frame, json)
    func other(_ keys: [String], _ folders: [String]) -> PictureSource? {
      let told = keys.compactMap { frame[$0]?.string }.first
      if let told {
        if let file = files.resolve(told) { return .file(file) }
        set.problems.append(
          SetProblem("missing-file", "\(told), which belongs to the view, is not there", at: place))
        return nil
      }
      return sibling(of: image, folders, files).map { .file($0) }
    }
    view.depth = other(["depth_file_path", "depth_path"], ["depth_16bit", "depth", "depths"])
    view.normals = other(["normal_file_path", "normal_path"], ["normals", "normal"])
    view.mask = other(["mask_path"], ["masks", "mask"])
    for layer in MaterialLayer.allCases {
      view.material[layer] = sibling(of: image, ["aov/\(layer.rawValue)"], files).map { .file($0) }
    }
    let step =
      json["integer_depth_scale"]?.double ?? json["depth_unit_scale_factor"]?.double ?? 0.001
    view.depthCoding = .steps(step)
    if let near = frame["depth"]?["min"]?.double, let far = frame["depth"]?["max"]?.double {
      let stem = (image as NSString).deletingPathExtension
      if files.has(stem + "_depth.png") {
        (view.depth, view.depthCoding) = (
          .file(stem + "_depth.png"), .between(near: near, far: far)
        )
      }
    }
    view.split = split(of: path, frame, json, name)
    set.views.append(view)
  }

  private static func split(
    of path: String, _ frame: JSONValue, _ json: JSONValue, _ name: String
  ) -> DatasetSplit {
    for split in DatasetSplit.allCases {
      if name == "transforms_\(split.rawValue).json" || frame["split"]?.string == split.rawValue {
        return split
      }
      let names = json[split.rawValue + "_filenames"]?.array ?? []
      if names.contains(.string(path)) { return split }
    }
    return .train
  }

  /// A file of the same name in one of these folders.
  static func sibling(of image: String, _ folders: [String], _ files: SetFiles) -> String? {
    let base = ((image as NSString).lastPathComponent as NSString).deletingPathExtension
    for folder in folders {
      for ending in [".png", ".exr", ".npy", ".npz"] where files.has("\(folder)/\(base)\(ending)") {
        return "\(folder)/\(base)\(ending)"
      }
    }
    return nil
  }

  static func matrix(_ value: JSONValue?) -> Matrix4? {
    let rows = (value?.array ?? []).compactMap { $0.array?.compactMap(\.double) }
    guard rows.count >= 3, rows.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) }) else {
      return nil
    }
    return Matrix4(threeRows: Array(rows[..<3].joined()))
  }

  /// Width and height are 0 where only the picture tells them.
  private static func lens(_ frame: JSONValue, _ file: JSONValue) -> Intrinsics? {
    func number(_ key: String) -> Double? { frame[key]?.double ?? file[key]?.double }
    let width = number("w").flatMap { Int(exactly: $0) } ?? 0
    let height = number("h").flatMap { Int(exactly: $0) } ?? 0
    let angle = number("camera_angle_x")
    guard let focal = number("fl_x") ?? angle.map({ 0.5 / tan($0 / 2) }), focal > 0 else {
      return nil
    }
    // A focal length for a width of one, until the width is known.
    let isShare = number("fl_x") == nil
    let size = isShare ? Double(max(1, width)) : 1
    return Intrinsics(
      width: width, height: height, focalX: focal * size,
      focalY: isShare ? focal * size : number("fl_y") ?? focal,
      centerX: number("cx") ?? Double(width) / 2, centerY: number("cy") ?? Double(height) / 2)
  }

  /// nerfstudio's and instant-ngp's terms; nil where all are 0.
  private static func distortion(_ frame: JSONValue, _ file: JSONValue) -> Distortion? {
    func number(_ key: String) -> Double { frame[key]?.double ?? file[key]?.double ?? 0 }
    let model = frame["camera_model"]?.string ?? file["camera_model"]?.string ?? ""
    let told = Distortion(
      radial: [number("k1"), number("k2"), number("k3"), number("k4")],
      tangential: [number("p1"), number("p2")],
      isFisheye: model.contains("FISHEYE") || file["is_fisheye"] == .bool(true))
    return told.isNone ? nil : told
  }

  // MARK: What its readers trip over

  private static func check(
    _ json: JSONValue, _ frames: [JSONValue], _ name: String, _ files: SetFiles,
    _ problems: inout [SetProblem]
  ) {
    let paths = frames.compactMap { $0["file_path"]?.string }
    let endings = paths.filter { !(($0 as NSString).pathExtension).isEmpty }.count
    let isMain = name == "transforms.json"
    if isMain && endings < paths.count {
      problems.append(
        SetProblem(
          "path-without-extension", isError: false,
          "file_path has no extension; nerfstudio opens it as it stands", at: name))
    }
    if !isMain && endings > 0 {
      problems.append(
        SetProblem(
          "path-with-extension", "file_path has an extension; NeRF's loaders append .png to it",
          at: name))
    }
    for key in ["mask_path", "depth_file_path"] {
      let count = frames.filter { $0[key] != nil }.count
      if count > 0 && count < frames.count {
        problems.append(
          SetProblem(
            "partly-there",
            "\(key) stands at \(count) of \(frames.count) frames; nerfstudio wants all or none",
            at: name))
      }
    }
    let lists = DatasetSplit.allCases.filter { json[$0.rawValue + "_filenames"] != nil }
    if !lists.isEmpty && lists.count < 3 {
      problems.append(
        SetProblem(
          "partial-split",
          "only \(lists.map(\.rawValue).joined(separator: " and "))_filenames of three lists; nerfstudio wants all",
          at: name))
    }
    for list in lists {
      for path in json[list.rawValue + "_filenames"]?.array?.compactMap(\.string) ?? []
      where !paths.contains(path) {
        problems.append(
          SetProblem(
            "unknown-split", "\(list.rawValue)_filenames names \(path), which is no frame", at: name
          ))
      }
    }
    if let cloud = json["ply_file_path"]?.string, files.resolve(cloud) == nil {
      problems.append(SetProblem("missing-file", "the cloud \(cloud) is not there", at: name))
    }
    if isMain, json["fl_x"] == nil, !frames.allSatisfy({ $0["fl_x"] != nil }) {
      problems.append(
        SetProblem(
          "no-focal-length", isError: false,
          "there is no fl_x; nerfstudio does not read camera_angle_x",
          at: name))
    }
    if let focal = json["fl_x"]?.double, let width = json["w"]?.double,
      let angle = json["camera_angle_x"]?.double, abs(2 * atan(width / 2 / focal) - angle) > 1e-3
    {
      problems.append(
        SetProblem(
          "lens-contradicts",
          "fl_x and camera_angle_x tell different angles of view; which one counts is the loader's choice",
          at: name))
    }
    let bent = ["k1", "k2", "k3", "k4", "p1", "p2"].filter { abs(json[$0]?.double ?? 0) > 0 }
    if let first = bent.first {
      problems.append(
        SetProblem(
          "distortion", isError: false,
          "\(first) bends pictures; comparisons here take them for straight", at: name))
    }
    if !isMain && name.hasPrefix("transforms_t") && json["camera_angle_x"] == nil {
      problems.append(SetProblem("no-angle", "there is no camera_angle_x", at: name))
    }
    unlisted(paths, name, files, &problems)
  }

  /// Pictures beside those of the frames that no frame names.
  private static func unlisted(
    _ paths: [String], _ name: String, _ files: SetFiles, _ problems: inout [SetProblem]
  ) {
    let known = Set(paths.compactMap { files.resolve($0) })
    let folders = Set(known.map { ($0 as NSString).deletingLastPathComponent })
    guard let folder = folders.first, folders.count == 1, !folder.isEmpty else { return }
    let loose = files.names.filter {
      ($0 as NSString).deletingLastPathComponent == folder && !known.contains($0)
        && ["png", "jpg", "jpeg", "webp"].contains(($0 as NSString).pathExtension.lowercased())
    }
    if let first = loose.first {
      problems.append(
        SetProblem(
          "missing-frame",
          "\(loose.count) picture\(loose.count == 1 ? " is" : "s are") in \(folder) that no frame of \(name) names",
          at: first))
    }
  }

  /// The points of a COLMAP model, seen from the views of the same names.
  static func points(of model: ReadSet, in set: ReadSet) -> [ReadPoint] {
    func base(_ name: String) -> String { (name as NSString).lastPathComponent }
    let places = Dictionary(
      set.views.enumerated().map { (base($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    return model.points.map { point in
      ReadPoint(
        position: point.position,
        seen: point.seen.compactMap { seen in
          places[base(model.views[seen.view].name)].map { ($0, seen.pixel) }
        })
    }
  }
}

extension Matrix4 {
  /// Three rows of four numbers, and 0 0 0 1.
  init(threeRows rows: [Double]) {
    var columns: [Double] = []
    for column in 0..<4 {
      for row in 0..<3 { columns.append(rows[4 * row + column]) }
      columns.append(column == 3 ? 1 : 0)
    }
    self.init(columnMajor: columns)
  }
}
