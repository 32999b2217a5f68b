import Foundation
import Settings
import TestSupport
import Testing

/// Videos as ffprobe and ffmpeg see them.
@Suite(.serialized) struct VideoTests {
  private let folder = TemporaryFolder()

  private static func tool(_ name: String) -> String? {
    let path = "/usr/bin/" + name
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    print("LEFT OUT: VideoTests want ffmpeg; run: apt-get install ffmpeg")
    if PeerTests.isRequired { Issue.record("ffmpeg is missing and MAQUETTE_REQUIRE_PEERS is set") }
    return nil
  }

  private func model() throws -> String {
    let model = folder.file("m.glb")
    let made = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    try #require(made.status == 0)
    return model
  }

  private func film(_ name: String, _ more: [String] = []) throws -> String {
    let flags = ["--length-seconds", "3", "--frames-per-second", "10", "--quiet"] + more
    let made = try Program.run(["turntable", try model(), "-o", folder.file(name)] + flags)
    try #require(made.status == 0, "\(made.error)")
    return folder.file(name)
  }

  private func probe(_ path: String) throws -> JSONValue {
    let outcome = try Program.run(
      executable: Self.tool("ffprobe")!,
      [
        "-v", "error", "-count_frames", "-select_streams", "v", "-show_streams", "-show_format",
        "-of", "json", path,
      ])
    return try JSONValue(parsing: Data(outcome.output.utf8))
  }

  /// The bytes of the first frame.
  private func frame(_ path: String, _ pixels: String, _ decoder: [String] = []) throws -> [UInt8] {
    let raw = folder.file("frame.raw")
    let outcome = try Program.run(
      executable: Self.tool("ffmpeg")!,
      ["-v", "error", "-y"] + decoder + [
        "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", pixels, raw,
      ])
    try #require(outcome.status == 0, "\(outcome.error)")
    return contents(raw)
  }

  @Test(arguments: [
    ("a.mp4", "h264", "yuv420p", 30), ("a.webm", "vp9", "yuv420p", 30),
    ("a.mov", "prores", "yuva444p12le", 30),
  ])
  func eachFormatIsWhatItSays(_ name: String, _ codec: String, _ pixels: String, _ count: Int)
    throws
  {
    guard Self.tool("ffprobe") != nil else { return }
    let seen = try probe(try film(name, ["--side", "90"]))
    let stream = try #require(seen["streams"]?.array?.first)
    #expect(stream["codec_name"]?.string == codec && stream["pix_fmt"]?.string == pixels)
    #expect(stream["width"]?.int == 160 && stream["height"]?.int == 90)
    #expect(stream["nb_read_frames"]?.string == "\(count)")
    for tag in ["color_space", "color_transfer", "color_primaries"] {
      #expect(stream[tag]?.string == "bt709", "\(tag)")
    }
    #expect(stream["color_range"]?.string == "tv")
    #expect(seen["format"]?["duration"]?.string == "3.000000")
  }

  /// Inside of the object opaque, far from it clear, and at the edge colors that are not darkened: straight alpha.
  @Test func proResKeepsStraightAlpha() throws {
    guard Self.tool("ffmpeg") != nil else { return }
    let path = try film("a.mov", ["--side", "180", "--no-shadows"])
    let bytes = try frame(path, "rgba")
    _ = try Program.run([
      "turntable", folder.file("m.glb"), "-o", folder.file("same/"), "--length-seconds", "3",
      "--frames-per-second", "10", "--side", "180", "--no-shadows", "--quiet",
    ])
    let truth = try frame(folder.file("same/frame_00000.png"), "rgba")
    var (edge, worst, alphaOff) = (0, 0.0, 0)
    for pixel in 0..<bytes.count / 4 {
      alphaOff = max(alphaOff, abs(Int(bytes[4 * pixel + 3]) - Int(truth[4 * pixel + 3])))
      let alpha = truth[4 * pixel + 3]
      guard alpha > 100 && alpha < 200 else { continue }
      edge += 1
      for channel in 0..<3 {
        worst += abs(Double(bytes[4 * pixel + channel]) - Double(truth[4 * pixel + channel]))
      }
    }
    #expect(edge > 100 && alphaOff <= 2)
    // Premultiplied, edges would be off by half their brightness.
    #expect(worst / Double(3 * edge) < 8, "\(worst / Double(3 * edge))")
  }

  @Test func aBackgroundKeepsItsColor() throws {
    guard Self.tool("ffmpeg") != nil else { return }
    let bytes = try frame(try film("a.mp4", ["--side", "90", "--background", "#c02040"]), "rgb24")
    for (found, wanted) in zip(bytes.prefix(3).map { Int($0) }, [0xC0, 0x20, 0x40]) {
      #expect(abs(found - wanted) <= 3)
    }
  }

  /// What has no alpha of its own shows clear frames on white.
  @Test func clearFramesAreWhiteForTheWeb() throws {
    guard Self.tool("ffmpeg") != nil else { return }
    _ = try film("a.mov", ["--side", "90", "--web", folder.file("web.mp4")])
    let bytes = try frame(folder.file("web.mp4"), "rgb24")
    let corner = bytes.prefix(3).map { Int($0) }
    #expect(corner.min()! > 250, "\(corner)")
    let below = 3 * (80 * 160 + 80)
    #expect(bytes[below] > 100, "a shadow is gray and not black")
  }

  /// Drawn once, encoded often; each as if it had been made alone.
  @Test func variantsShareTheFrames() throws {
    guard Self.tool("ffmpeg") != nil else { return }
    let list = folder.write(
      """
      [{"output": "\(folder.file("red.mp4"))", "background": "#ff0000"},
       {"output": "\(folder.file("clear/"))"}]
      """, as: "variants.json")
    let all = try film("white.mp4", ["--side", "90", "--variants", list])
    let alone = try film("alone.mp4", ["--side", "90"])
    let isSame = contents(all) == contents(alone)
    #expect(isSame)
    let red = try frame(folder.file("red.mp4"), "rgb24")
    #expect(red[0] > 245 && red[1] < 10)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("clear")).count == 30)
  }

  @Test func aBundleHoldsAll() throws {
    guard Self.tool("ffmpeg") != nil else { return }
    _ = try film("a.mp4", ["--side", "90", "--bundle", folder.file("all.zip"), "--reflector"])
    guard let python = PeerTests.python else { return }
    let list = try Program.run(
      executable: python, ["-m", "zipfile", "-l", folder.file("all.zip")])
    for name in ["video.mp4", "web.mp4", "thumb.mp4", "poster.png"] {
      #expect(list.output.contains(name))
    }
  }

  @Test func whatCannotBeIsTold() throws {
    let model = try model()
    func refusal(_ output: String, _ more: [String]) throws -> (Int32, String) {
      let outcome = try Program.run(
        ["turntable", model, "-o", folder.file(output), "--side", "90"] + more)
      return (outcome.status, outcome.error)
    }
    let avi = try refusal("a.avi", [])
    #expect(avi.0 == 2 && avi.1.contains(".mp4"))
    let clear = try refusal("a.mp4", ["--background", "transparent"])
    #expect(clear.0 == 2 && clear.1.contains("transparent"))
    let pro = try refusal("a.mp4", ["--quality", "pro"])
    #expect(pro.0 == 2 && pro.1.contains(".mov"))
    let picture = try refusal("a.mp4", ["--background-image", folder.file("none.png")])
    #expect(picture.0 == 3 && picture.1.contains("none.png"))
    let missing = try Program.run(
      ["turntable", model, "-o", folder.file("b.mp4"), "--side", "90"], searching: "/nowhere")
    #expect(missing.status == 5 && missing.error.contains("apt-get install ffmpeg"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left.allSatisfy { $0 == "m.glb" }, "\(left)")
  }
}
