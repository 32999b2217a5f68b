/// The variants of one pass's program, each compiled when first asked for.
struct GLProgramTable {
  private let fragment: String
  private(set) var programs: [GLProgram] = []
  private var numberOf: [[String]: Int] = [:]

  init(fragment: String) { self.fragment = fragment }

  /// The number in `programs` of the variant with these defines.
  mutating func number(_ defines: [String]) throws(RenderError) -> Int {
    if let known = numberOf[defines] { return known }
    programs.append(
      try GLProgram(vertex: Shaders.surfaceVertex, fragment: fragment, defines: defines))
    numberOf[defines] = programs.count - 1
    return programs.count - 1
  }
}
