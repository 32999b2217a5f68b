/// The superset of DX.GL's layout, and the default.
struct DXGLLayout: Layout {
  let options: LayoutOptions

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let name = "frame_" + padded(view.index, 5) + ".png"
    return [
      ("images/" + name, .color(options.background)), ("depth/" + name, .depth8),
      ("depth_16bit/" + name, .depth16(unit: SetUnits.depthStep)),
      ("normals/" + name, .normals), ("masks/" + name, .mask(bits: options.maskBits)),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var transforms = TransformsJSON(views, set)
    transforms.depth = { "depth_16bit/frame_" + padded($0.index, 5) + ".png" }
    transforms.normals = { "normals/frame_" + padded($0.index, 5) + ".png" }
    transforms.cloud = "points3D.ply"
    transforms.listsSplits = true
    let image = { (view: SetView) in "images/frame_" + padded(view.index, 5) + ".png" }
    let colmap = ColmapModel(views, set, trackLength: options.trackLength) {
      "frame_" + padded($0.index, 5) + ".png"
    }
    return [
      SetFile("transforms.json", text: transforms.text(image)),
      SetFile("points3D.ply", PointsPLY.bytes(set.points, unit: 1)),
    ] + colmap.textFiles("sparse/0/")
  }
}

/// nerfstudio's own format: no masks, because it would leave the background out of training.
struct NerfstudioLayout: Layout {
  let options: LayoutOptions

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let name = "frame_" + padded(view.index, 5) + ".png"
    return [
      ("images/" + name, .color(options.background)),
      ("depth/" + name, .depth16(unit: SetUnits.depthStep)), ("normals/" + name, .normals),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var transforms = TransformsJSON(views, set)
    transforms.depth = { "depth/frame_" + padded($0.index, 5) + ".png" }
    transforms.normals = { "normals/frame_" + padded($0.index, 5) + ".png" }
    transforms.cloud = "points3D.ply"
    transforms.listsSplits = true
    return [
      SetFile(
        "transforms.json",
        text: transforms.text { "images/frame_" + padded($0.index, 5) + ".png" }),
      SetFile("points3D.ply", PointsPLY.bytes(set.points, unit: 1)),
    ]
  }
}

/// instant-ngp takes every JSON file of a folder for views to train on, so the others have a folder of
/// their own.
struct InstantNGPLayout: Layout {
  let options: LayoutOptions

  private func folder(_ split: DatasetSplit) -> String {
    split == .train ? "" : split.rawValue + "/"
  }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let name = padded(view.indexInSplit, 5) + ".png"
    let folder = folder(view.split)
    return [
      (folder + "images/" + name, .color(options.background)),
      (folder + "depth/" + name, .depth16(unit: SetUnits.depthStep)),
    ]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    DatasetSplit.allCases.compactMap { split in
      let part = views.filter { $0.split == split }
      guard !part.isEmpty else { return nil }
      var transforms = TransformsJSON(part, set)
      transforms.depth = { "depth/" + padded($0.indexInSplit, 5) + ".png" }
      return SetFile(
        folder(split) + "transforms.json",
        text: transforms.text { "images/" + padded($0.indexInSplit, 5) + ".png" })
    }
  }
}

/// NeRF's synthetic scenes. Its readers have the near plane at 2, the far plane at 6 and a box of half side 1.5,
/// all fixed, so the object's radius is 1.5 here.
struct NeRFSyntheticLayout: Layout {
  static let unit = 1.5
  let options: LayoutOptions

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let name = "r_\(view.indexInSplit).png"
    return [
      (view.split.rawValue + "/" + name, .color(options.background)),
      (depth(view), .depth16(unit: SetUnits.depthStep / Self.unit)),
    ]
  }

  private func depth(_ view: SetView) -> String {
    "depth/\(view.split.rawValue)_r_\(view.indexInSplit).png"
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    // Its readers open all three, and want none to be empty.
    let files = DatasetSplit.allCases.map { split in
      var transforms = TransformsJSON(views.filter { $0.split == split }, set, lens: views[0])
      transforms.unit = Self.unit
      transforms.depth = depth
      return SetFile(
        "transforms_\(split.rawValue).json",
        text: transforms.text { "./\($0.split.rawValue)/r_\($0.indexInSplit)" })
    }
    return files + [SetFile("points3d.ply", PointsPLY.bytes(set.points, unit: Self.unit))]
  }
}
