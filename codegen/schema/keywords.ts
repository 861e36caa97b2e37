/** Reserved words of the languages that SBE schemas are compiled to. */

export const CPP_KEYWORDS: ReadonlySet<string> = words(`
  alignas alignof and and_eq assert asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break case
  catch char char8_t char16_t char32_t class compl concept const consteval constexpr constinit const_cast continue
  contract_assert co_await co_return co_yield decltype default delete do double dynamic_cast else enum explicit
  export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr
  operator or or_eq private protected public reflexpr register reinterpret_cast requires return short signed sizeof
  static static_assert static_cast struct switch synchronized template this thread_local throw true try typedef
  typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
`)

export const JAVA_KEYWORDS: ReadonlySet<string> = words(`
  abstract assert boolean break byte case catch char class const continue default do double else enum extends final
  finally float for goto if implements import instanceof int interface long native new package private protected
  public return short static strictfp super switch synchronized this throw throws transient try void volatile while
  null true false _
`)

export const GO_KEYWORDS: ReadonlySet<string> = words(`
  break default func interface select case defer go map struct chan else goto package switch const fallthrough if
  range type continue for import return var _ bool byte complex64 complex128 error float32 float64 int int8 int16
  int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap close complex copy
  delete imag len make new panic print println real recover String
`)

export const CSHARP_KEYWORDS: ReadonlySet<string> = words(`
  abstract as base bool break byte case catch char checked class const continue decimal default delegate do double
  else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is
  lock long namespace new null object operator out override params private protected public readonly ref return sbyte
  sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe
  ushort using virtual void volatile while
`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
