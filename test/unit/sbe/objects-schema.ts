import { schemaText } from './schema-parts.ts'

/** A message with one field of each kind, groups and data, and messages with little in them. */
export const ORDER_SCHEMA: string = schemaText({
  types: `<enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <type name="Word" primitiveType="char" presence="constant">word</type>
    <type name="Code" primitiveType="char" length="4"/><type name="Pair" primitiveType="uint16" length="2"/>
    <type name="Octets" primitiveType="uint8" length="2"/><type name="Bytes" primitiveType="int8" length="2"/>
    <composite name="Price"><type name="mantissa" primitiveType="int64"/>
      <type name="exponent" primitiveType="int8" presence="constant">-2</type>
      <ref name="marks" type="Marks"/></composite>`,
  messages: `<message name="Order" id="1">
      <field name="n" id="1" type="uint32"/><field name="may" id="2" type="uint64" presence="optional"/>
      <field name="side" id="3" type="Side"/><field name="price" id="4" type="Price"/>
      <field name="word" id="5" type="Word"/>
      <field name="kind" id="6" type="Side" presence="constant" valueRef="Side.BUY"/>
      <field name="code" id="7" type="Code"/><field name="pair" id="8" type="Pair"/>
      <field name="octets" id="9" type="Octets"/><field name="bytes" id="10" type="Bytes"/>
      <group name="legs" id="20"><field name="x" id="1" type="uint8"/>
        <group name="fills" id="2"><field name="y" id="1" type="uint8"/></group>
        <data name="note" id="3" type="varString"/>
      </group><data name="blob" id="21" type="varBytes"/></message>
    <message name="Flat" id="2" blockLength="9"><field name="a" id="1" type="uint8" offset="1"/>
      <field name="b" id="2" type="uint16" offset="5"/></message>
    <message name="Empty" id="3"/>
    <message name="Constant" id="4"><field name="word" id="1" type="Word"/></message>`,
})
