import Archives
import Imaging

import Views

/// An array of an HDF5 set, one slice of which is a view.
enum ViewArray: Hashable, Sendable {
  case images, depth, normals, masks
  case numbers(PixelNumbers)

  var name: String {
    switch self {
    case .images: "images"
    case .depth: "depth"
    case .normals: "normals"
    case .masks: "masks"
    case .numbers(let kind): kind.rawValue.replacing("-", with: "_")
    }
  }

  var element: HDF5Element {
    switch self {
    case .images, .normals, .masks: .uint8
    case .depth, .numbers: .float32
    }
  }

  /// Numbers a pixel; 1 means that the array has no dimension for them.
  var channels: Int {
    switch self {
    case .images: 4
    case .normals: 3
    case .depth, .masks: 1
    case .numbers(let kind): kind.channels.count
    }
  }

  func bytes(of frame: Frame) -> [UInt8] {
    switch self {
    case .images: frame.color.bytes
    case .normals: frame.normals.bytes
    case .masks: frame.mask.bytes
    case .depth: Self.bytes(frame.depth)
    case .numbers(let kind): Self.bytes(kind.numbers(of: frame, scale: 1))
    }
  }

  private static func bytes(_ numbers: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * numbers.count)
    for number in numbers { bytes.append(little: number.bitPattern) }
    return bytes
  }

  /// What it means, for whoever opens the file.
  var meaning: String {
    switch self {
    case .images: "8-bit sRGB with straight alpha, black where alpha is 0"
    case .depth: "planar depth at the pixel centre in object radii, 0: none"
    case .normals:
      "world space at the pixel centre, 127.5 n + 127.5, towards the camera, without normal map, 0: none"
    case .masks: "255 where the pixel centre hits a surface, else 0"
    case .numbers(let kind): kind.meaning
    }
  }
}

extension PixelNumbers {
  /// What its floats mean.
  var meaning: String {
    switch self {
    case .depth: "planar depth at the pixel centre in radii, 0: none"
    case .normal: "unit normals in world space, towards the camera, without normal map, 0: none"
    case .cameraNormal:
      "unit normals with the camera's axes: +x right, +y up, +z towards the camera"
    case .albedo: "base colour, linear in floats and sRGB in codes"
    case .roughness: "perceptual roughness, 0 to 1"
    case .metallic: "metalness, 0 to 1"
    case .occlusion: "the material's own occlusion, 0 to 1"
    case .id: "number of the object in the model, from 1, 0: none"
    case .uv:
      "texture coordinates, v downwards in the picture; 16-bit codes hold what is behind the point"
    case .position: "place in world space, in radii; 16-bit codes run from -1 to 1"
    }
  }
}
